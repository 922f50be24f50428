/** WS-Addressing 1.0 headers as ITI TF-2 appendix V wants them, and the mustUnderstand rule of SOAP 1.2. */
import { attributeOf, childOf, type XmlElement } from "../xml/reader.ts"
import { SoapFault } from "./fault.ts"
import { ANONYMOUS, SOAP12, WSA } from "./namespaces.ts"

/** Values as written, "" when absent. */
export interface Addressing {
  readonly action: string
  readonly messageId: string
  readonly to: string
  readonly replyTo: string
  readonly relatesTo: string
}

/** Roles in which the ultimate receiver acts (SOAP 1.2 part 1 §2.2). */
const OUR_ROLES: readonly string[] = ["", `${SOAP12}/role/next`, `${SOAP12}/role/ultimateReceiver`]

/**
 * The headers of one message.
 *
 * @throws SoapFault MustUnderstand for a mandatory header we do not know, InvalidAddressingHeader for one given twice
 */
export function readAddressing(headers: readonly XmlElement[]): Addressing {
  for (const header of headers) checkUnderstood(header)
  return {
    action: single(headers, "Action"),
    messageId: single(headers, "MessageID"),
    to: single(headers, "To"),
    replyTo: replyAddress(headers),
    relatesTo: single(headers, "RelatesTo"),
  }
}

/**
 * May a request with these headers be processed under `action`? wsa:Action decides, whatever the Content-Type says.
 * A missing MessageID is overlooked: HTTP relates the answer.
 *
 * @throws SoapFault MessageAddressingHeaderRequired, ActionNotSupported, OnlyAnonymousAddressSupported
 */
export function checkRequest(addressing: Addressing, action: string): void {
  if (addressing.action === "")
    throw new SoapFault("Sender", "wsa:Action is missing", "MessageAddressingHeaderRequired")
  if (addressing.action !== action)
    throw new SoapFault("Sender", `only the action ${action} is served here`, "ActionNotSupported")
  if (addressing.replyTo !== ANONYMOUS)
    throw new SoapFault(
      "Sender",
      "the answer goes back on the same connection only: ReplyTo must be anonymous",
      "OnlyAnonymousAddressSupported",
    )
}

function checkUnderstood(header: XmlElement): void {
  const must = attributeOf(header, "mustUnderstand", SOAP12) ?? ""
  const role = attributeOf(header, "role", SOAP12) ?? ""
  if (header.namespace !== WSA && /^(1|true)$/.test(must.trim()) && OUR_ROLES.includes(role))
    throw new SoapFault("MustUnderstand", `header ${header.local} is not understood`)
}

function single(headers: readonly XmlElement[], local: string): string {
  const found = headers.filter((header) => header.namespace === WSA && header.local === local)
  if (found.length > 1)
    throw new SoapFault("Sender", `wsa:${local} is given twice`, "InvalidAddressingHeader")
  return found[0]?.text.trim() ?? ""
}

/** ReplyTo or FaultTo, whichever would lead the answer away; absent means anonymous. */
function replyAddress(headers: readonly XmlElement[]): string {
  const addresses = headers
    .filter(
      (header) => header.namespace === WSA && (header.local === "ReplyTo" || header.local === "FaultTo"),
    )
    .map((header) => childOf(header, WSA, "Address")?.text.trim() ?? ANONYMOUS)
  return addresses.find((address) => address !== ANONYMOUS) ?? ANONYMOUS
}
