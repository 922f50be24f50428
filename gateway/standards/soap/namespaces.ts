/** Namespaces and fixed addresses of SOAP 1.2, WS-Addressing 1.0, WS-Security and XOP. */

export const SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
export const SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
export const WSA = "http://www.w3.org/2005/08/addressing"
/** WS-Security 1.0 and 1.1 share it. */
export const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
export const XOP = "http://www.w3.org/2004/08/xop/include"

export const ANONYMOUS = `${WSA}/anonymous`
/** wsa:Action of a fault (WS-Addressing 1.0 SOAP Binding §6). */
export const FAULT_ACTION = `${WSA}/soap/fault`
