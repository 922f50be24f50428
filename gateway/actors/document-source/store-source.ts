/**
 * Images to a partner's DICOMweb (STOW-RS, PS3.18 10.5): the road of an agreement whose documents are images alone. Delivered
 * means: the partner's answer references every instance as stored.
 */
import { SubmissionError } from "../../journey/errors.ts"
import type { DocumentSource, OutboundDocument, SendProgress } from "../../journey/ports/outside.ts"
import { statusHex } from "../../standards/dicom/dimse-status.ts"
import { mayBeStoredLater, readStoreAnswer, type StoreAnswer } from "../../standards/dicomweb/store-answer.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { attemptAt } from "./attempt-at.ts"
import type { Endpoint } from "./endpoint.ts"
import type { HttpAnswer } from "./exchange.ts"
import { requestsOf, storeMessage, type OutboundImage } from "./store-message.ts"

const STUDIES = "/studies"
/** Submissions of which it is remembered what the partner has; of one forgotten everything is sent again. */
const MAX_REMEMBERED = 256
const TOO_LARGE = 413
/** The partner may have the request whole. */
const IN_BETWEEN = new Set([502, 504])
const TRY_AGAIN = new Set([408, 425, 429, 500, 503])
/** With a Store Instances Response Module. */
const TOLD = new Set([200, 202, 409])
/** Something in between may answer in its place, once. Whoever names none of the images so often never will. */
const MAX_SILENT = 2

/**
 * @param endpointOf of which `url` is the service root, e.g. `https://pacs.example.jp/dicom-web`
 * @returns the port: Success when every instance is stored; Failure with the status of each kind of refusal when one is
 *   refused for good; throws SubmissionError when it is to be tried again. What a document throws comes through.
 */
export function storeSource(endpointOf: (agreement: string) => Endpoint): DocumentSource {
  const known = new Map<string, Remembered>()
  return {
    async provideAndRegister(agreement, submission, documents, _messageId, progress, begin) {
      const endpoint = endpointOf(agreement)
      // Several requests follow, and DICOMweb has no place for what it says.
      await begin?.()
      const memory = remembered(known, submission.submissionSet.uniqueId)
      const images = imagesOf(submission, documents)
      const left = images.filter(({ SOPInstanceUID }) => !memory.there.has(SOPInstanceUID))
      const sent = summed(progress, lengthOf(images) - lengthOf(left))
      const refused: string[] = []
      for (const request of requestsOf(left)) {
        refused.push(...(await stored(endpoint, request, memory, sent.progress)))
        sent.next()
      }
      if (refused.length > 0) return failure(refused)
      known.delete(submission.submissionSet.uniqueId)
      return { status: "Success", errors: [] }
    },
  }
}

/** Bytes over several requests, each of which counts from nothing. */
function summed(progress: SendProgress, fromBytes: number) {
  let [before, now] = [fromBytes, 0]
  return {
    progress: (bytes: number): void => {
      now = bytes
      progress(before + bytes, fromBytes)
    },
    next: (): void => {
      before += now
      now = 0
    },
  }
}

const lengthOf = (images: readonly OutboundImage[]): number =>
  images.reduce((sum, { document }) => sum + document.lengthBytes, 0)

/** Of earlier attempts of a submission. */
interface Remembered {
  /** SOP Instance UIDs of what the partner has. */
  readonly there: Set<string>
  /** Answers in a row that named none of the images they answered to. */
  silent: number
}

function remembered(known: Map<string, Remembered>, uniqueId: string): Remembered {
  const memory = known.get(uniqueId) ?? { there: new Set<string>(), silent: 0 }
  known.set(uniqueId, memory)
  const [oldest] = known.keys()
  if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest)
  return memory
}

/** In clear an image is known by its SOP Instance UID. */
function imagesOf(submission: Submission, documents: readonly OutboundDocument[]): readonly OutboundImage[] {
  const uids = new Map(submission.documentEntries.map(({ entryUUID, uniqueId }) => [entryUUID, uniqueId]))
  return documents.map((document) => ({ document, SOPInstanceUID: uids.get(document.entryUUID) ?? "" }))
}

/**
 * One request. What is stored is remembered at once.
 *
 * @returns why instances are refused for good
 * @throws SubmissionError when the others should be tried again
 */
async function stored(
  endpoint: Endpoint,
  images: readonly OutboundImage[],
  memory: Remembered,
  progress: (bytes: number) => void,
): Promise<readonly string[]> {
  const url = `${endpoint.url.replace(/\/$/, "")}${STUDIES}`
  const answer = await attemptAt({ ...endpoint, url }, () => Promise.resolve(storeMessage(images)), progress)
  if (answer.status === TOO_LARGE && images.length > 1) {
    const half = Math.ceil(images.length / 2)
    const sent = summed(progress, 0)
    const refused = [...(await stored(endpoint, images.slice(0, half), memory, sent.progress))]
    sent.next()
    return [...refused, ...(await stored(endpoint, images.slice(half), memory, sent.progress))]
  }
  return outcome(answer, images, memory)
}

function outcome(
  answer: HttpAnswer,
  images: readonly OutboundImage[],
  memory: Remembered,
): readonly string[] {
  const told = toldBy(answer)
  if (told === null) return [`HTTP ${answer.status}`]
  const { there } = memory
  const uids = images.map(({ SOPInstanceUID }) => SOPInstanceUID)
  for (const uid of uids) if (told.stored.has(uid)) there.add(uid)
  const reasons = uids.flatMap((uid) => (there.has(uid) ? [] : (told.failed.get(uid) ?? [])))
  const unsaid = uids.filter((uid) => !there.has(uid) && !told.failed.has(uid))
  memory.silent = unsaid.length === uids.length ? memory.silent + 1 : 0
  if (memory.silent >= MAX_SILENT) return [`HTTP ${answer.status} without a list of what is stored`]
  const lasting = reasons.filter((reason) => !mayBeStoredLater(reason))
  if (lasting.length > 0) return lasting.map(statusHex)
  if (reasons.length > 0)
    throw new SubmissionError("ERR_SUBMISSION_BUSY", `${reasons.length} images were not stored for now`)
  if (unsaid.length > 0)
    throw unanswered(`the answer tells nothing of ${unsaid.length} of ${uids.length} images`)
  return []
}

/** null = the request was refused as a whole. @throws SubmissionError */
function toldBy({ status, body }: HttpAnswer): StoreAnswer | null {
  if (TRY_AGAIN.has(status))
    throw new SubmissionError("ERR_SUBMISSION_BUSY", `the DICOMweb server answered HTTP ${status}`)
  if (IN_BETWEEN.has(status)) throw unanswered(`HTTP ${status} from what stands before the DICOMweb server`)
  if (!TOLD.has(status)) return null
  try {
    return readStoreAnswer(Buffer.from(body).toString("utf8"))
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause
    return status === 409 ? null : TELLS_NOTHING
  }
}

const TELLS_NOTHING: StoreAnswer = { stored: new Set(), failed: new Map() }

const unanswered = (sentence: string): SubmissionError =>
  new SubmissionError("ERR_SUBMISSION_UNANSWERED", sentence)

/** Each reason once. */
const failure = (reasons: readonly string[]): RegistryResponse => ({
  status: "Failure",
  errors: [...new Set(reasons)].map((errorCode) => ({ errorCode, codeContext: "", severity: "Error" })),
})
