/** The wsse:Security header block that carries one assertion (WS-Security SAML token profile 1.1 §3.3; ITI TF-2 3.40). */
import { SOAP12, WSSE } from "../soap/namespaces.ts"
import { element, verbatim, type Markup } from "../xml/writer.ts"

/** @param mustUnderstand whoever does not look at it shall refuse the message */
export function writeSecurity(assertion: string, mustUnderstand: boolean): Markup {
  const demand = mustUnderstand ? { "xmlns:soap12": SOAP12, "soap12:mustUnderstand": "true" } : {}
  return element("wsse:Security", { "xmlns:wsse": WSSE, ...demand }, verbatim(assertion))
}
