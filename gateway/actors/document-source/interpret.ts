/** An HTTP answer to ITI-41 → RegistryResponse, or the class of failure it means (ITI TF-2 3.41.4.2). */
import { SubmissionError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import { type Envelope, readEnvelope } from "../../standards/soap/envelope-reader.ts"
import { isFault, readFault, type SoapFault } from "../../standards/soap/fault.ts"
import { parseMediaType } from "../../standards/soap/media-type.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import { type OctetDecoder, transferDecoder } from "../../standards/soap/transfer-encoding.ts"
import { XML_LIMITS } from "../../standards/xml/limits.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import { readRegistryResponse } from "../../standards/xds/registry-response-reader.ts"
import type { HttpAnswer } from "./exchange.ts"

/** Request Timeout, Too Early, Too Many Requests; Internal Server Error, Service Unavailable. */
const TRY_AGAIN = new Set([408, 425, 429, 500, 503])
/** Whoever answered stands before the recipient, who may have everything. */
const IN_BETWEEN = new Set([502, 504])
/** One part is wanted; who sends a few more is read all the same. */
const ANSWER_LIMITS = { maxParts: 8, maxHeaderBytes: 16 * 1024 }

/**
 * MTOM is right, plain SOAP is accepted: many recipients answer so.
 *
 * @throws SubmissionError
 */
export function interpret(answer: HttpAnswer): RegistryResponse {
  const envelope = tryEnvelope(answer)
  if (envelope === null) throw withoutSoap(answer)
  if (isFault(envelope.body)) throw faulted(readFault(envelope.body))
  try {
    return readRegistryResponse(envelope.body)
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** null when the answer is no SOAP by its Content-Type. */
function tryEnvelope({ contentType, body }: HttpAnswer): Envelope | null {
  try {
    const { essence, parameters } = parseMediaType(contentType)
    if (essence === "multipart/related")
      return readEnvelope(rootPart(body, parameters.get("boundary") ?? ""), XML_LIMITS)
    // text/xml means SOAP 1.1, but what counts is the envelope inside.
    return /^(application\/(soap\+xml|xop\+xml|xml)|text\/xml)$/.test(essence)
      ? readEnvelope(body, XML_LIMITS)
      : null
  } catch (cause) {
    if (contentType === "") return null
    throw unreadable(cause)
  }
}

function rootPart(body: Uint8Array, boundary: string): Uint8Array {
  const reader = new MultipartReader(boundary, ANSWER_LIMITS)
  const pieces: Uint8Array[] = []
  let decoder: OctetDecoder | null = null
  for (const event of [...reader.write(body), ...reader.end()]) {
    if (event.kind === "part" && decoder !== null) break
    if (event.kind === "part") decoder = transferDecoder(event.headers.transferEncoding)
    else if (event.kind === "octets" && decoder !== null) pieces.push(decoder.write(event.bytes))
  }
  return Buffer.concat(pieces)
}

function faulted(fault: SoapFault): SubmissionError {
  const words = `the recipient answered a SOAP fault ${fault.subcode ?? fault.value}: ${fault.message}`
  const code = fault.value === "Receiver" ? "ERR_SUBMISSION_BUSY" : "ERR_SUBMISSION_REFUSED"
  return new SubmissionError(code, words, { cause: fault })
}

function withoutSoap({ status }: HttpAnswer): SubmissionError {
  const words = `the recipient answered HTTP ${status} without SOAP`
  if (TRY_AGAIN.has(status)) return new SubmissionError("ERR_SUBMISSION_BUSY", words)
  if (IN_BETWEEN.has(status) || status < 300) return new SubmissionError("ERR_SUBMISSION_UNANSWERED", words)
  return new SubmissionError(status < 500 ? "ERR_SUBMISSION_REFUSED" : "ERR_SUBMISSION_BUSY", words)
}

/** Something was answered, nobody knows what: the byte-identical retry will tell. */
function unreadable(cause: unknown): unknown {
  if (!(cause instanceof Malformed)) return cause
  return new SubmissionError("ERR_SUBMISSION_UNANSWERED", `the answer cannot be read: ${cause.message}`, {
    cause,
  })
}
