/** An HTTP answer to ITI-41 → RegistryResponse, or the class of failure it means (ITI TF-2 3.41.4.2). */
import { SubmissionError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import { bareContentId } from "../../standards/soap/content-id.ts"
import { type Envelope, readEnvelope } from "../../standards/soap/envelope-reader.ts"
import { isFault, readFault, SoapFault } from "../../standards/soap/fault.ts"
import { parseMediaType } from "../../standards/soap/media-type.ts"
import { readOldFault } from "../../standards/soap/old-fault.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import { transferDecoder } from "../../standards/soap/transfer-encoding.ts"
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
  if (answer.status >= 300 && answer.status < 400) throw redirected(answer)
  const root = trySoap(answer)
  if (root === null) throw withoutSoap(answer)
  const envelope = tryEnvelope(root)
  if (isFault(envelope.body)) throw faulted(readFault(envelope.body))
  return agreeing(answer, tryResponse(envelope))
}

function tryResponse({ body }: Envelope): RegistryResponse {
  try {
    return readRegistryResponse(body)
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** A Failure may come with any status; a Success only with one that says so too. */
function agreeing({ status }: HttpAnswer, response: RegistryResponse): RegistryResponse {
  if (response.status === "Failure" || status < 400) return response
  const words = `the recipient answered Success with HTTP ${status}`
  throw new SubmissionError("ERR_SUBMISSION_UNANSWERED", words)
}

function tryEnvelope(root: Uint8Array): Envelope {
  try {
    return readEnvelope(root, XML_LIMITS)
  } catch (cause) {
    const isOther = cause instanceof SoapFault && cause.value === "VersionMismatch"
    throw isOther ? inOtherVersion(root, cause) : unreadable(cause)
  }
}

/** A recipient that knows SOAP 1.1 alone says so in its own words. */
function inOtherVersion(root: Uint8Array, mismatch: SoapFault): unknown {
  try {
    const old = readOldFault(root, XML_LIMITS)
    return old === null ? unreadable(mismatch) : faulted(old)
  } catch (cause) {
    return unreadable(cause)
  }
}

/** The envelope's bytes; null when the answer is no SOAP by its Content-Type. */
function trySoap({ contentType, body }: HttpAnswer): Uint8Array | null {
  try {
    const { essence, parameters } = parseMediaType(contentType)
    if (essence === "multipart/related") return rootPart(body, parameters)
    // text/xml means SOAP 1.1, but what counts is the envelope inside.
    return /^(application\/(soap\+xml|xop\+xml|xml)|text\/xml)$/.test(essence) ? body : null
  } catch (cause) {
    if (contentType === "") return null
    throw unreadable(cause)
  }
}

/** The part `start` names, else the first (RFC 2387 §3.2). */
function rootPart(body: Uint8Array, parameters: ReadonlyMap<string, string>): Uint8Array {
  const parts = partsOf(body, parameters.get("boundary") ?? "")
  const start = bareContentId(parameters.get("start") ?? "")
  const root = parts.find(({ contentId }) => contentId === start) ?? parts[0]
  return root === undefined ? new Uint8Array(0) : Buffer.concat(root.pieces)
}

interface AnswerPart {
  readonly contentId: string | null
  readonly pieces: Uint8Array[]
}

function partsOf(body: Uint8Array, boundary: string): readonly AnswerPart[] {
  const reader = new MultipartReader(boundary, ANSWER_LIMITS)
  const parts: AnswerPart[] = []
  let decoder = transferDecoder("binary")
  for (const event of [...reader.write(body), ...reader.end()]) {
    if (event.kind === "part") {
      decoder = transferDecoder(event.headers.transferEncoding)
      parts.push({ contentId: event.headers.contentId, pieces: [] })
    } else {
      const octets = event.kind === "octets" ? decoder.write(event.bytes) : decoder.end()
      parts.at(-1)?.pieces.push(octets)
    }
  }
  return parts
}

function faulted(fault: SoapFault): SubmissionError {
  const words = `the recipient answered a SOAP fault ${fault.subcode ?? fault.value}: ${fault.message}`
  const code = fault.value === "Receiver" ? "ERR_SUBMISSION_BUSY" : "ERR_SUBMISSION_REFUSED"
  return new SubmissionError(code, words, { cause: fault })
}

/** Followed, it would lead documents to whom no agreement names. */
function redirected({ status }: HttpAnswer): SubmissionError {
  const words = `the recipient answered HTTP ${status}: a redirect is not followed, the endpoint must be configured`
  return new SubmissionError("ERR_SUBMISSION_REFUSED", words)
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
