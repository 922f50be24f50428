/** SOAP 1.2 envelopes with WS-Addressing headers (ITI TF-2 appendix V.3). */
import { element, type Markup, xmlDocument } from "../xml/writer.ts"
import { ANONYMOUS, SOAP12, WSA } from "./namespaces.ts"

export interface RequestHeaders {
  readonly action: string
  /** `urn:uuid:…`. */
  readonly messageId: string
  /** Endpoint URL. */
  readonly to: string
}

/**
 * A synchronous request: ReplyTo is present and anonymous (IHE_WSA102), without mustUnderstand.
 *
 * @param further header blocks of their own making, e.g. wsse:Security
 */
export function writeRequest(
  { action, messageId, to }: RequestHeaders,
  body: Markup,
  further: readonly Markup[] = [],
): string {
  const replyTo = element("wsa:ReplyTo", {}, element("wsa:Address", {}, ANONYMOUS))
  const headers = [
    writeAction(action),
    element("wsa:MessageID", {}, messageId),
    element("wsa:To", {}, to),
    replyTo,
    ...further,
  ]
  return writeEnvelope(headers, body)
}

/** An answer; `relatesTo` is "" only when the request's MessageID could not be read. */
export function writeResponse(
  action: string,
  relatesTo: string,
  body: Markup,
  further: readonly Markup[] = [],
): string {
  const related = relatesTo === "" ? null : element("wsa:RelatesTo", {}, relatesTo)
  return writeEnvelope([writeAction(action), related, ...further], body)
}

function writeAction(action: string): Markup {
  return element("wsa:Action", { "soap12:mustUnderstand": "true" }, action)
}

function writeEnvelope(headers: readonly (Markup | null)[], body: Markup): string {
  const namespaces = { "xmlns:soap12": SOAP12, "xmlns:wsa": WSA }
  const content = [element("soap12:Header", {}, headers), element("soap12:Body", {}, body)]
  return xmlDocument(element("soap12:Envelope", namespaces, content))
}
