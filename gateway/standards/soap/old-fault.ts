/** A fault in the words of SOAP 1.1 (§4.4): what a recipient answers that does not know version 1.2. Read, never written. */
import type { XmlLimits } from "../xml/limits.ts"
import { type XmlElement, isElement, readXml } from "../xml/reader.ts"
import { type FaultValue, SoapFault } from "./fault.ts"
import { SOAP11 } from "./namespaces.ts"

/** faultcode (§4.4.1) → the value of SOAP 1.2 that means the same. */
const VALUES: Readonly<Record<string, FaultValue>> = {
  VersionMismatch: "VersionMismatch",
  MustUnderstand: "MustUnderstand",
  Client: "Sender",
  Server: "Receiver",
}

/** null when the message is none. @throws Malformed XML_… */
export function readOldFault(bytes: Uint8Array, limits: XmlLimits): SoapFault | null {
  const envelope = readXml(bytes, limits)
  if (!isElement(envelope, SOAP11, "Envelope")) return null
  const body = envelope.children.find((child) => isElement(child, SOAP11, "Body"))
  const fault = body?.children.find((child) => isElement(child, SOAP11, "Fault"))
  if (fault === undefined) return null
  // `Client.Authentication` and the like refine (§4.4.1).
  const [code = ""] = textOf(fault, "faultcode").split(":").slice(-1)
  const value = VALUES[code.split(".")[0] ?? ""] ?? "Receiver"
  return new SoapFault(value, `in SOAP 1.1: ${textOf(fault, "faultstring")}`)
}

/** Of a child without namespace, or with any: senders differ. */
function textOf(fault: XmlElement, local: string): string {
  return fault.children.find((child) => child.local === local)?.text.trim() ?? ""
}
