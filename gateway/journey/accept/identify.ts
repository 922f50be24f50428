/**
 * Identify: which study and which request an unmarked submission is about. A partner of our own kind names both; another one
 * may name neither: then the images tell the study, and a report answers the request whose order, accession or study it names.
 */
import { inflateCapped } from "../../standards/dicom/deflated-head.ts"
import { readPart10 } from "../../standards/dicom/data-set.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import { firstFiles } from "../../standards/zip/first-files.ts"
import { isOfPatient } from "../affinity-patient.ts"
import type { Agreement } from "../agreement.ts"
import { AcceptanceError } from "../errors.ts"
import { MIME } from "../codes.ts"
import { uuid } from "../ids.ts"
import { plain, referenced } from "../metadata.ts"
import { isSealing } from "../packaging.ts"
import type { SubmissionIntake } from "../ports/inbound.ts"
import type { RequestRecord } from "../records/request.ts"
import { patientIdOf } from "../same-subject.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import type { Inbound } from "./inbound.ts"
import { sha256 } from "../../standards/sha256.ts"

/** As it was judged where the partner names all; the study is "" when only the images can tell it. */
export async function identified(world: World, inbound: Inbound): Promise<Inbound> {
  if (isSealing(inbound.agreement)) return inbound
  if (inbound.kind === "study") return withRequest(inbound)
  const request = await answered(world, inbound)
  const { StudyInstanceUID } = request.private
  return { ...inbound, requestId: request.id, StudyInstanceUID: inbound.StudyInstanceUID || StudyInstanceUID }
}

/** What ids of requests look like everywhere: a UUID, or an OID. */
const IS_ID = /^[0-9a-f-]{36}$|^\d+(\.\d+)+$/
const MAX_ID_LENGTH = 64

/** The partner's own id of the order, or one that follows from study and order: what comes again is for the same request. */
function withRequest(inbound: Inbound): Inbound {
  const { agreement, StudyInstanceUID, requestId, submission } = inbound
  if (IS_ID.test(requestId) && requestId.length <= MAX_ID_LENGTH) return inbound
  if (StudyInstanceUID === "") return inbound
  const order = idsOf(submission.documentEntries, REFERENCE_TYPE.order).join("\\")
  const name = JSON.stringify([agreement.id, StudyInstanceUID, requestId, order])
  const digest = sha256(name)
  return { ...inbound, requestId: uuid({ bytes: (length) => digest.subarray(0, length) }) }
}

/** Throws AcceptanceError ERR_NOT_AGREED when it is none of ours, or may be one of several. */
async function answered(world: World, { agreement, requestId, submission }: Inbound): Promise<RequestRecord> {
  const named = requestId === "" ? null : await world.ledger.request(requestId)
  if (named?.agreement === agreement.id && named.state !== "exited") return named
  const all = await ofPatient(world, agreement, submission)
  const open = all.filter(({ state }) => state !== "exited")
  const meant = bySharpest(open, submission.documentEntries)
  const [request] = meant
  if (request === undefined || meant.length > 1)
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "order, accession number or study must name one request of ours for this patient",
    )
  return request
}

/** By the hospital's number; where the partner has an affinity domain of its own, by the number there as well. */
async function ofPatient(
  world: World,
  agreement: Agreement,
  { documentEntries: [entry] }: Submission,
): Promise<readonly RequestRecord[]> {
  if (entry === undefined || agreement.affinityDomain === undefined)
    return world.ledger.requestsOfPatient(agreement.id, patientIdOf(entry))
  const listed = (await world.cases.listed()).map(({ request }) => request)
  return listed.filter((each) => each.agreement === agreement.id && isOfPatient(agreement, each, entry))
}

/** By the sharpest of what is named: nothing less sharp overrules it. */
function bySharpest(
  requests: readonly RequestRecord[],
  entries: readonly DocumentEntry[],
): readonly RequestRecord[] {
  const rules: readonly (readonly [ReferenceType, (of: RequestRecord["private"]) => string])[] = [
    [REFERENCE_TYPE.order, ({ requestNumber }) => requestNumber],
    [REFERENCE_TYPE.accession, ({ AccessionNumber }) => AccessionNumber],
    [REFERENCE_TYPE.study, ({ StudyInstanceUID }) => StudyInstanceUID],
  ]
  for (const [type, idOf] of rules) {
    const ids = idsOf(entries, type)
    if (ids.length > 0) return requests.filter((each) => ids.includes(plain(idOf(each.private))))
  }
  return []
}

const idsOf = (entries: readonly DocumentEntry[], type: ReferenceType): readonly string[] => [
  ...new Set(entries.flatMap((each) => referenced(each, type))),
]

/** What stands before (0020,000E): patient and study. */
const BEHIND_STUDY_TAG = 0x0020000e
const HEAD_BYTES = 1024 * 1024

/** The first of its documents, which must be an object of the study, says which study it is: then it is begun. */
export function namedByItsImages(
  world: World,
  inbound: Inbound,
  begin: (named: Inbound) => Promise<SubmissionIntake>,
): SubmissionIntake {
  let begun: SubmissionIntake | null = null
  return {
    document: async (entry, octets) => {
      if (begun !== null) return begun.document(entry, octets)
      const pieces = octets[Symbol.asyncIterator]()
      const head = await headFrom(pieces)
      const StudyInstanceUID = studyIn(world, entry, head)
      begun = await begin(withRequest({ ...inbound, StudyInstanceUID }))
      return begun.document(entry, chained(head, pieces))
    },
    commit: () =>
      begun === null
        ? Promise.reject(
            contentFault(inbound.submission.submissionSet.uniqueId, "nothing came that names a study"),
          )
        : begun.commit(),
    abort: () => begun?.abort() ?? Promise.resolve(),
  }
}

async function headFrom(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const head: Uint8Array[] = []
  for (let bytes = 0; bytes < HEAD_BYTES;) {
    const next = await pieces.next()
    if (next.done === true) break
    head.push(Uint8Array.from(next.value))
    bytes += next.value.length
  }
  return Buffer.concat(head)
}

async function* chained(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

function studyIn(world: World, { uniqueId, mimeType }: DocumentEntry, head: Uint8Array): string {
  for (const file of mimeType === MIME.zip ? firstFiles(head) : [head]) {
    const uid = studyOf(world, file)
    if (uid !== "") return uid
  }
  throw contentFault(uniqueId, "neither referenceIdList nor the first document names the study")
}

/** "" for what is no DICOM object, or none of a study. */
function studyOf({ syntaxOf }: World, head: Uint8Array): string {
  try {
    const { dataSet } = readPart10(head, { untilTag: BEHIND_STUDY_TAG, inflate: inflateCapped, syntaxOf })
    return dataSet.text("StudyInstanceUID")
  } catch (error) {
    if (error instanceof Malformed) return ""
    throw error
  }
}
