/**
 * A study that arrived: its images become readable, its request becomes a case, the sender gets its receipt.
 *
 * A study may come again, with late images or for another request: what is here already is not taken twice.
 */
import { readManifest } from "../standards/dicom/kos.ts"
import type { ReadingRequest } from "../standards/request/request-content.ts"
import { readReadingRequest } from "../standards/request/read-reading-request.ts"
import type { Agreement } from "./agreement.ts"
import { openedCase } from "./case.ts"
import { found } from "./desk-guards.ts"
import { instanceRecord } from "./arrival.ts"
import { studyHeaderOf } from "./header.ts"
import { header, imageHeader } from "./images.ts"
import { keepUntil, keptAnew } from "./keep.ts"
import { readWhole } from "./read-whole.ts"
import { planReceipt } from "./receipt.ts"
import { withOriginals } from "./recoding-document.ts"
import type {
  Change,
  DocumentRecord,
  DocumentRole,
  InstanceRecord,
  StudyHeader,
  StudyRecord,
  SubmissionRecord,
} from "./records.ts"
import { due } from "./run.ts"
import { checkStudySubject, type ImageIdentity } from "./study-subject.ts"
import type { EffectOf } from "./verify.ts"
import type { World } from "./world.ts"

interface Arrived {
  readonly asked: ReadingRequest
  /** As the images tell it; accession numbers are the hospital's, and its request names the one that counts. */
  readonly header: StudyHeader
  readonly instances: readonly InstanceRecord[]
}

export const studyEffect: EffectOf = async (world, record, documents, agreement) => {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  const one = async (role: DocumentRole): Promise<Uint8Array> => {
    const document = documents.find((each) => each.role === role)
    return readWhole(world.spool, found(document, `${role} of the study`).place)
  }
  const asked = readReadingRequest(await one("request"))
  const manifest = readManifest(await one("manifest"))
  const images = await openedImages(world, study, documents)
  checkStudySubject(record, agreement, study, {
    asked,
    manifest,
    images: images.map((each) => each.identity),
  })
  const instances = await withOriginals(
    world,
    study,
    documents,
    images.map((each) => each.record),
  )
  const arrived = { asked, header: headerOf(study, asked, images), instances }
  return {
    signature: null,
    follow: () => take(world, record, arrived, agreement),
  }
}

function headerOf(study: StudyRecord, asked: ReadingRequest, [first]: readonly OpenedImage[]): StudyHeader {
  const told = first?.header ?? study.private
  const target = asked.studies.find((each) => each.StudyInstanceUID === told.StudyInstanceUID)
  return { ...told, AccessionNumber: target?.AccessionNumber ?? told.AccessionNumber }
}

async function take(
  world: World,
  submission: SubmissionRecord,
  { asked, header, instances }: Arrived,
  agreement: Agreement,
): Promise<readonly Change[]> {
  const study = found(await world.ledger.study(submission.studyId ?? ""), "study")
  const kept = await world.ledger.instances(study.id)
  const fresh = newOnes(kept, instances)
  const all = [...kept, ...fresh]
  const at = world.clock.now()
  const until = keepUntil(agreement, at)
  const complete: StudyRecord = {
    ...study,
    instances: all.length,
    bytes: all.reduce((sum, each) => sum + each.clearLengthBytes, 0),
    lastArrivalAt: at.toISOString(),
    keepUntil: until.toISOString(),
    private: header,
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

/** The same image in another submission is kept once; with other bytes both are kept and marked. */
function newOnes(kept: readonly InstanceRecord[], came: readonly InstanceRecord[]): InstanceRecord[] {
  const digest = (each: InstanceRecord): string => (each.original ?? each).sha256DataSet
  const digests = new Map<string, Set<string>>()
  const enter = (each: InstanceRecord): "same" | "conflict" | "new" => {
    const { SOPInstanceUID } = each.private
    const others = digests.get(SOPInstanceUID) ?? new Set()
    if (others.has(digest(each))) return "same"
    digests.set(SOPInstanceUID, others.add(digest(each)))
    return others.size > 1 ? "conflict" : "new"
  }
  for (const each of kept) enter(each)
  return came
    .map((each) => ({ each, is: enter(each) }))
    .filter(({ is }) => is !== "same")
    .map(({ each, is }) => ({ ...each, conflict: is === "conflict" }))
}

interface OpenedImage {
  readonly header: StudyHeader
  readonly identity: ImageIdentity
  readonly record: InstanceRecord
}

/** On the wire a document has an id of its own; inside it is this instance. */
async function openedImages(
  world: World,
  study: StudyRecord,
  documents: readonly DocumentRecord[],
): Promise<OpenedImage[]> {
  const images: OpenedImage[] = []
  for (const document of documents) {
    if (document.role !== "instance") continue
    const file = await header(world, document.place)
    const sealed = await world.spool.open(document.place)
    const told = studyHeaderOf(file.dataSet)
    const identity = {
      SOPInstanceUID: file.dataSet.text("SOPInstanceUID"),
      SOPClassUID: file.dataSet.text("SOPClassUID"),
      SeriesInstanceUID: file.dataSet.text("SeriesInstanceUID"),
      TransferSyntaxUID: file.TransferSyntaxUID,
      image: imageHeader(file),
    }
    images.push({
      header: told,
      identity: { ...identity, StudyInstanceUID: told.StudyInstanceUID, PatientID: told.patient.PatientID },
      record: { ...instanceRecord(study.id, { sealed, conflict: false }), private: identity },
    })
  }
  return images
}
