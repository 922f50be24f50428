/**
 * A study that arrived: its images become readable, its request becomes a case, the sender gets its receipt.
 *
 * A study may come again, with late images or for another request: what is here already is not taken twice.
 */
import { readManifest, type ReadManifest } from "../../standards/dicom/kos.ts"
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import { readReadingRequest } from "../../standards/request/read-reading-request.ts"
import { isReplacing } from "../accept/relationships.ts"
import type { Agreement } from "../agreement.ts"
import { rulingOf } from "../read/patient-ruling.ts"
import { openedCase } from "../read/case.ts"
import { found } from "../desk-guards.ts"
import { ContentError, InstanceError } from "../errors.ts"
import { keepUntil, keptAnew } from "../keep.ts"
import { isSealing } from "../packaging.ts"
import { otherPatient } from "../known-patient.ts"
import { comesIntoForce, copyKey, hiddenAfter, isWhole, type Brought } from "./manifest-in-force.ts"
import { readWhole } from "../read-whole.ts"
import { isRecalled } from "../retain/recall.ts"
import { planReceipt } from "./receipt.ts"
import { withOriginals } from "../recode/recoding-document.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Change } from "../records/ledger.ts"
import type { Completeness, StudyHeader, StudyRecord, Supplement } from "../records/study.ts"
import type { DocumentRecord, DocumentRole, SubmissionRecord } from "../records/submission.ts"
import { due } from "../run.ts"
import { selected } from "../assemble/selection.ts"
import { openedImages, type OpenedImage } from "./opened-images.ts"
import { checkConsentDocument } from "./consent.ts"
import { checkStudySubject, namedBy } from "./study-subject.ts"
import { namedUnits, type NamedUnits } from "./named-units.ts"
import { unmarkedRequest } from "./unmarked-request.ts"
import { holds, type Effect, type EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

interface Arrived {
  readonly asked: ReadingRequest
  /** As the images tell it; patient and accession numbers are the hospital's, and its request names those that count. */
  readonly header: StudyHeader
  readonly brought: Brought
}

export const studyEffect: EffectOf = async (world, record, documents, agreement) => {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  const one = async (role: DocumentRole): Promise<Uint8Array> => {
    const document = documents.find((each) => each.role === role)
    return readWhole(world.spool, found(document, `${role} of the study`).place)
  }
  const manifest = readManifest(await one("manifest"))
  const isAsked = isSealing(agreement) || documents.some(({ role }) => role === "request")
  const asked = isAsked
    ? readReadingRequest(await one("request"))
    : unmarkedRequest(world, record, agreement, study, manifest)
  await checkConsentDocument(world, documents, agreement, {
    isNumber: (PatientID) => PatientID === asked.patient.PatientID,
    idRoot: asked.patient.idRoot,
  })
  const look = (): Promise<NamedUnits> => namedUnits(world, record, documents, agreement)
  const named = await look()
  if (named.kind === "awaited") return whileAwaited(look)
  const { units, signature } = named
  const own = await opened(world, study, documents, { asked, manifest })
  const parts: Opened[] = []
  // One after another: the heads of a few images are in memory, not those of thousands.
  for (const each of units) parts.push(await opened(world, study, each.documents, { asked, manifest }))
  checkStudySubject([record, ...units.map((each) => each.record)], agreement, study, {
    asked,
    manifest,
    images: own.images.map((each) => each.identity),
    inUnits: parts.flatMap(({ images }) => images.map((each) => each.identity)),
  })
  const images = [own, ...parts].flatMap((each) => each.images)
  const instances = [own, ...parts].flatMap((each) => each.instances)
  const brought = { ...manifestSent(record, documents), named: namedBy(manifest), instances }
  const arrived = { asked, header: headerOf(study, asked, images), brought }
  return {
    signature,
    follow: async (outcome) => (holds(outcome) ? take(world, record, arrived, agreement) : []),
  }
}

/** The last of its units wakes it: before it is decided to wait, and is seen, or after. */
const whileAwaited = (look: () => Promise<NamedUnits>): Effect => ({
  signature: null,
  follow: () => Promise.resolve(null),
  lookAgainMs: async () => ((await look()).kind === "awaited" ? UNITS_LOOK_MS : 0),
})
const UNITS_LOOK_MS = 60_000

interface Opened {
  readonly images: readonly OpenedImage[]
  readonly instances: readonly InstanceRecord[]
}

/** The images of one submission, each bound to the original its sender signed for. */
async function opened(
  world: World,
  study: StudyRecord,
  documents: readonly DocumentRecord[],
  said: { readonly asked: ReadingRequest; readonly manifest: ReadManifest },
): Promise<Opened> {
  const images = await openedImages(world, study, documents, said)
  const rows = images.map((each) => each.record)
  return { images, instances: await withOriginals(world, study, documents, rows) }
}

function manifestSent(
  { private: { submission } }: SubmissionRecord,
  documents: readonly DocumentRecord[],
): Pick<Brought, "manifest" | "replaced"> {
  const { entryUUID } = found(
    documents.find(({ role }) => role === "manifest"),
    "manifest of the study",
  )
  const { submissionSet, associations } = found(submission, "metadata of the study")
  const replaced = associations.filter(({ type }) => isReplacing(type)).map(({ target }) => target)
  return {
    manifest: { entryUUID, submissionTime: submissionSet.submissionTime },
    replaced: new Set(replaced),
  }
}

function headerOf(study: StudyRecord, asked: ReadingRequest, images: readonly OpenedImage[]): StudyHeader {
  const told = images.find((each) => each.header !== null)?.header ?? study.private
  const target = asked.studies.find((each) => each.StudyInstanceUID === told.StudyInstanceUID)
  const patient = { ...told.patient, PatientID: asked.patient.PatientID }
  return { ...told, patient, AccessionNumber: target?.AccessionNumber ?? told.AccessionNumber }
}

async function take(
  world: World,
  submission: SubmissionRecord,
  { asked, header, brought }: Arrived,
  agreement: Agreement,
): Promise<readonly Change[] | null> {
  const study = found(await world.ledger.study(submission.studyId ?? ""), "study")
  if (isRecalled(study))
    throw new InstanceError("ERR_INSTANCE_RECALLED", "the hospital took it back while it was looked at")
  if (!(await isThatPatient(world, submission, study, agreement))) return null
  const kept = await world.ledger.instances(study.id)
  if (!(await isWhole(world, submission, kept, brought))) return null
  const isInForce = comesIntoForce(study, brought)
  const fresh = newOnes(kept, brought.instances)
  const all = [...kept, ...fresh]
  const at = world.clock.now()
  const until = keepUntil(agreement, at)
  const told: StudyRecord = {
    ...study,
    lastArrivalAt: at.toISOString(),
    keepUntil: until.toISOString(),
    ...(isInForce ? { manifest: brought.manifest } : {}),
    ...(study.arriving?.requestId === submission.requestId ? { arriving: null } : {}),
    private: { ...study.private, ...header, hidden: hiddenAfter(study, kept, all, brought) },
  }
  const shown = selected(told, all)
  const before = selected(study, kept)
  // Also what a delivery for one more request brings: whoever reads the study for another has not seen it.
  const isSupplement = kept.length > 0
  const complete: StudyRecord = {
    ...told,
    supplements: isSupplement ? withSupplement(study, at, before, shown) : (study.supplements ?? []),
    ...(isInForce ? { completeness: completenessOf(asked, header.StudyInstanceUID, shown.length) } : {}),
    instances: shown.length,
    bytes: shown.reduce((sum, each) => sum + each.clearLengthBytes, 0),
  }
  const [request, term] = keptAnew(world, await openedCase(world, submission, asked, complete))
  return [
    { put: "study", record: complete },
    due("expire", study.id, until),
    ...fresh.map((record): Change => ({ put: "instance", record })),
    { put: "request", record: request },
    term,
    ...(agreement.receipts === "signed" ? planReceipt(world, submission, request.slotId) : []),
  ]
}

/**
 * False while a person has to decide whether this is who is known under the number.
 *
 * @throws ContentError ERR_OTHER_SUBJECT when that person said no
 */
async function isThatPatient(
  world: World,
  { requestId, acceptedAt, private: { submission } }: SubmissionRecord,
  study: StudyRecord,
  agreement: Agreement,
): Promise<boolean> {
  const ruling = rulingOf(study, acceptedAt)
  if (ruling === "other-patient")
    throw new ContentError("ERR_OTHER_SUBJECT", "a person says that this is not the patient of that number")
  if (ruling === "same-patient" || submission === null) return true
  return (await otherPatient(world, agreement, requestId ?? "", submission)) === null
}

/** What the hospital knew when it sent this. */
function completenessOf({ studies }: ReadingRequest, uid: string, here: number): Completeness {
  const missing = studies.find(({ StudyInstanceUID }) => StudyInstanceUID === uid)?.missing ?? 0
  return missing === 0
    ? { state: "complete-inferred", expected: null, missing }
    : { state: "incomplete-known", expected: here + missing, missing }
}

/** What a reader sees more, and less, than before. */
function withSupplement(
  { supplements = [] }: StudyRecord,
  at: Date,
  before: readonly InstanceRecord[],
  shown: readonly InstanceRecord[],
): readonly Supplement[] {
  const added = without(shown, before)
  const withdrawn = without(before, shown)
  return added + withdrawn === 0 ? supplements : [...supplements, { at: at.toISOString(), added, withdrawn }]
}

function without(some: readonly InstanceRecord[], others: readonly InstanceRecord[]): number {
  const known = new Set(others.map(({ place }) => place.objectId))
  return some.filter(({ place }) => !known.has(place.objectId)).length
}

/** The same image in another submission is kept once. */
function newOnes(kept: readonly InstanceRecord[], came: readonly InstanceRecord[]): InstanceRecord[] {
  const known = new Set(kept.map(copyKey))
  return came.filter((each) => !known.has(copyKey(each)) && known.add(copyKey(each)))
}
