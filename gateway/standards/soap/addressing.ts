/** WS-Addressing 1.0 headers as ITI TF-2 appendix V wants them, and the mustUnderstand rule of SOAP 1.2. */
import { attributeOf, childOf, isElement, type XmlElement } from "../xml/reader.ts"
import { NotUnderstood, SoapFault } from "./fault.ts"
import { ANONYMOUS, SOAP12, WSA } from "./namespaces.ts"

/** Values as written, "" when absent. */
export interface Addressing {
  readonly action: string
  readonly messageId: string
  readonly to: string
  readonly replyTo: string
  readonly relatesTo: string
  /** What ITI TF-2 appendix V.3 wants and the message does not have, in words; it is read all the same. */
  readonly lacks: readonly string[]
}

/** Roles in which the ultimate receiver acts (SOAP 1.2 part 1 §2.2). */
const OUR_ROLES: readonly string[] = ["", `${SOAP12}/role/next`, `${SOAP12}/role/ultimateReceiver`]

/**
 * The addressing headers of one message.
 *
 * @throws SoapFault InvalidCardinality for one given twice
 */
export function readAddressing(headers: readonly XmlElement[]): Addressing {
  return {
    action: single(headers, "Action"),
    messageId: single(headers, "MessageID"),
    to: single(headers, "To"),
    replyTo: replyAddress(headers),
    relatesTo: single(headers, "RelatesTo"),
    lacks: lacking(headers),
  }
}

/**
 * @param understood namespaces of headers that somebody here looks at, beside those of WS-Addressing
 * @throws NotUnderstood for a header meant for us that must be understood and is none of these
 */
export function checkUnderstood(headers: readonly XmlElement[], understood: readonly string[] = []): void {
  const known = [WSA, ...understood]
  for (const header of headers)
    if (!known.includes(header.namespace) && isMandatory(header) && isOurs(header))
      throw new NotUnderstood(header)
}

/**
 * May a request with these headers be processed under `action`? wsa:Action decides, whatever the Content-Type says.
 * A missing MessageID is overlooked: HTTP relates the answer.
 *
 * @throws SoapFault MessageAddressingHeaderRequired, ActionNotSupported, OnlyAnonymousAddressSupported
 */
export function checkRequest(addressing: Addressing, action: string): void {
  if (addressing.action === "")
    throw new SoapFault(
      "Sender",
      "wsa:Action is missing in the SOAP Header, which must stand before the Body",
      "MessageAddressingHeaderRequired",
    )
  if (addressing.action !== action)
    throw new SoapFault("Sender", `only the action ${action} is served here`, "ActionNotSupported")
  if (addressing.replyTo !== ANONYMOUS)
    throw new SoapFault(
      "Sender",
      "the answer goes back on the same connection only: ReplyTo must be anonymous",
      "OnlyAnonymousAddressSupported",
    )
}

function isMandatory(header: XmlElement): boolean {
  return /^(1|true)$/.test(attributeOf(header, "mustUnderstand", SOAP12)?.trim() ?? "")
}

function isOurs(header: XmlElement): boolean {
  return OUR_ROLES.includes(attributeOf(header, "role", SOAP12) ?? "")
}

/** IHE_WSA100 to 102. */
function lacking(headers: readonly XmlElement[]): readonly string[] {
  const absent = (local: string): boolean => !headers.some((header) => isElement(header, WSA, local))
  const action = headers.find((header) => isElement(header, WSA, "Action"))
  const optional = action !== undefined && !isMandatory(action) ? ["mustUnderstand on wsa:Action"] : []
  return [...optional, ...["MessageID", "ReplyTo"].filter(absent).map((local) => `wsa:${local}`)]
}

function single(headers: readonly XmlElement[], local: string): string {
  const found = headers.filter((header) => isElement(header, WSA, local))
  if (found.length > 1) throw new SoapFault("Sender", `wsa:${local} is given twice`, "InvalidCardinality")
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
