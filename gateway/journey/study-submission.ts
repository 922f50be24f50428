/** A study on its way: manifest, request and every instance; and what it does where it arrives. */
import { readManifest, sharedAttributes, writeManifest, type ManifestSeries } from "../standards/dicom/kos.ts"
import { readReadingRequest } from "../standards/request/read-reading-request.ts"
import { writeReadingRequest } from "../standards/request/reading-request.ts"
import { KEY_OBJECT_SELECTION, MIME } from "./codes.ts"
import { found } from "./desk-guards.ts"
import { studyHeader } from "./header.ts"
import { clearHead, instanceRecord } from "./file-instance.ts"
import { uuidOid } from "./ids.ts"
import { header, imageHeader } from "./images.ts"
import { keepUntil } from "./keep.ts"
import { milestone } from "./milestones.ts"
import type { Content, ContentsOf } from "./package.ts"
import type { SealedObject } from "./ports.ts"
import { readWhole } from "./read-whole.ts"
import { notice, planReceipt } from "./receipt.ts"
import type {
  Change,
  DocumentRecord,
  DocumentRole,
  InstanceRecord,
  RequestRecord,
  StudyHeader,
  StudyRecord,
  SubmissionRecord,
} from "./records.ts"
import { HEADER_BYTES } from "./roll-forward.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import type { ReadingRequest as AskedReading } from "../standards/request/request-content.ts"
import { requestDocument, requestTextOf } from "./request-document.ts"
import { recodingContents, travelling, withOriginals } from "./recoding-document.ts"
import { sameSubject } from "./same-subject.ts"
import { checkStudySubject, type ImageIdentity } from "./study-subject.ts"
import { requestOf, subjectOf, withTarget } from "./subject.ts"
import type { TakeEffect } from "./verify.ts"
import type { World } from "./world.ts"

export const studyContents: ContentsOf = async (world, record, agreement) => {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  // Of copies that contradict each other the first one leaves; the others stay until a person has chosen.
  const instances = (await world.ledger.instances(study.id)).filter((each) => !each.conflict)
  const [first] = instances
  const request = await requestOf(world, record)
  const images: Content[] = []
  for (const instance of instances) images.push(await imageContent(world, instance))
  const file = await header(world, found(first, "instance").place)
  const manifest = writeManifest(
    {
      shared: sharedAttributes(file.dataSet),
      series: seriesOf(instances),
      contentDateTime: localDateTime(world.clock.now(), world.site.timeZone),
      manufacturer: "Dokuei",
      aeTitle: "DOKUEI",
    },
    world.chance.bytes(32),
  )
  const form = notice(world, "request", "読影依頼票", new Uint8Array(0))
  const slip = {
    ...form,
    body: { bytes: writeReadingRequest(requestDocument(world, request, study, agreement, form.uniqueId)) },
  }
  return {
    subject: await subjectOf(world, record, agreement),
    contents: [
      manifestContent(world, manifest),
      slip,
      ...recodingContents(world, study, instances),
      ...images,
    ],
    signs: [],
    replaces: [],
  }
}

async function imageContent(world: World, instance: InstanceRecord): Promise<Content> {
  const { SOPClassUID, SOPInstanceUID } = instance.private
  return {
    role: "instance",
    // Fresh per sealing and recipient set; the SOP Instance UID stands in referenceIdList (domain.md 3).
    uniqueId: uuidOid(world.chance),
    title: "",
    mimeType: MIME.dicom,
    SOPClassUID,
    SOPInstanceUID,
    createdAt: new Date(instance.receivedAt),
    purposes: [],
    legalAuthenticator: null,
    body: { sealed: await world.spool.open(travelling(instance).place) },
  }
}

function manifestContent(
  world: World,
  manifest: { readonly SOPInstanceUID: string; readonly file: Uint8Array },
): Content {
  return {
    ...notice(world, "manifest", "Manifest", manifest.file),
    uniqueId: manifest.SOPInstanceUID,
    mimeType: MIME.dicom,
    SOPClassUID: KEY_OBJECT_SELECTION,
    SOPInstanceUID: manifest.SOPInstanceUID,
  }
}

function seriesOf(instances: readonly InstanceRecord[]): ManifestSeries[] {
  const bySeries = Map.groupBy(instances, (each) => each.private.SeriesInstanceUID)
  return [...bySeries].map(([SeriesInstanceUID, members]) => ({
    SeriesInstanceUID,
    instances: members.map(({ private: { SOPClassUID, SOPInstanceUID } }) => ({
      SOPClassUID,
      SOPInstanceUID,
    })),
  }))
}

/** `YYYYMMDDhhmmss` as clocks at the site show it. */
function localDateTime(at: Date, timeZone: string): string {
  return at.toLocaleString("sv-SE", { timeZone }).replace(/\D/g, "").slice(0, 14)
}

/** Verified images become readable; the request becomes a case; the sender gets its receipt. */
export const studyEffect: TakeEffect = async (world, record, documents, agreement) => {
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
  const came = await withOriginals(
    world,
    study,
    documents,
    images.map((each) => each.record),
  )
  const kept = await world.ledger.instances(study.id)
  const fresh = newOnes(kept, came)
  const at = world.clock.now()
  const now = at.toISOString()
  const until = keepUntil(agreement, at)
  const complete: StudyRecord = {
    ...study,
    instances: kept.length + fresh.length,
    bytes: [...kept, ...fresh].reduce((sum, each) => sum + each.clearLengthBytes, 0),
    lastArrivalAt: now,
    keepUntil: until.toISOString(),
    private: await openedHeader(world, study, asked, came),
  }
  const request = await caseOf(world, record, asked, complete)
  return [
    { put: "study", record: complete },
    due("expire", study.id, until),
    ...fresh.map((each): Change => ({ put: "instance", record: each })),
    { put: "request", record: request },
    milestone(request.id, "study-verified", now),
    ...(agreement.receipts === "signed" ? planReceipt(world, record, request.slotId) : []),
  ]
}

/** As the images tell it; accession numbers are the hospital's, and its request names the one that counts. */
async function openedHeader(
  world: World,
  study: StudyRecord,
  asked: AskedReading,
  [first]: readonly InstanceRecord[],
): Promise<StudyHeader> {
  if (first === undefined) return study.private
  const opened = studyHeader(await clearHead(world.spool, first.place, HEADER_BYTES))
  const target = asked.studies.find((each) => each.StudyInstanceUID === opened.StudyInstanceUID)
  return { ...opened, AccessionNumber: target?.AccessionNumber ?? opened.AccessionNumber }
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
  readonly record: InstanceRecord
  readonly identity: ImageIdentity
}

async function openedImages(
  world: World,
  study: StudyRecord,
  documents: readonly DocumentRecord[],
): Promise<OpenedImage[]> {
  const opened: OpenedImage[] = []
  for (const document of documents) {
    if (document.role !== "instance") continue
    const sealed = await world.spool.open(document.place)
    const file = await header(world, document.place)
    const { dataSet, TransferSyntaxUID } = file
    const SOPInstanceUID = dataSet.text("SOPInstanceUID")
    const record = instanceRecord(study.id, { sealed: withIdentity(sealed, SOPInstanceUID), conflict: false })
    opened.push({
      record: {
        ...record,
        private: {
          SOPInstanceUID,
          SOPClassUID: dataSet.text("SOPClassUID"),
          SeriesInstanceUID: dataSet.text("SeriesInstanceUID"),
          TransferSyntaxUID,
          image: imageHeader(file),
        },
      },
      identity: {
        PatientID: dataSet.text("PatientID"),
        StudyInstanceUID: dataSet.text("StudyInstanceUID"),
        SOPInstanceUID,
      },
    })
  }
  return opened
}

/** On the wire a document has an id of its own; inside it is this instance. */
const withIdentity = (sealed: SealedObject, uniqueId: string): SealedObject => ({
  place: sealed.place,
  facts: { ...sealed.facts, meta: { ...sealed.facts.meta, uniqueId } },
})

async function caseOf(
  world: World,
  record: SubmissionRecord,
  asked: AskedReading,
  study: StudyRecord,
): Promise<RequestRecord> {
  const known = record.requestId === null ? null : await world.ledger.request(record.requestId)
  if (known !== null) {
    const { PatientID } = known.private.patient
    sameSubject("request", { PatientID: PatientID === study.private.patient.PatientID })
    return withTarget(known, study.id)
  }
  return {
    id: record.requestId ?? asked.requestId,
    version: asked.version,
    agreement: record.agreement,
    state: next("case", "created", "verified")?.to ?? "ready",
    urgency: asked.urgency.code,
    dueAt: asked.urgency.dueAt,
    requestedAt: asked.requestedAt,
    slotId: await world.spool.createSlot("documents"),
    studies: [{ studyId: study.id, role: "target" }],
    telephoneOnResult: asked.urgency.telephoneOnResult,
    urgencyHistory: asked.urgency.history,
    releaseWhenComplete: false,
    readerId: null,
    readerName: "",
    private: {
      requestNumber: asked.requestNumber,
      patient: study.private.patient,
      text: requestTextOf(asked),
      StudyInstanceUID: study.private.StudyInstanceUID,
      AccessionNumber: study.private.AccessionNumber,
      enteredBy: "",
    },
  }
}
