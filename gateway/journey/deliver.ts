/**
 * Deliver: a report that came home and holds is stored in the hospital's archive, beside the images it is about.
 *
 * As Encapsulated PDF with the signed bytes; as Secondary Capture pages where the archive does not take that. UIDs
 * follow from the report's own ids, so an attempt repeated after a crash stores the same objects and not new ones.
 */
import { createHash } from "node:crypto"
import { readImagingReport } from "../standards/cda/read-imaging-report.ts"
import { readPart10, type DataSet } from "../standards/dicom/data-set.ts"
import { ENCAPSULATED_PDF_STORAGE, writeEncapsulatedPdf } from "../standards/dicom/encapsulated-pdf.ts"
import { uidOfName } from "../standards/dicom/name-uid.ts"
import type { ReportObject } from "../standards/dicom/report-object.ts"
import type { DeliveryForm, DeliveryRecord } from "./archive-records.ts"
import { audit } from "./audit.ts"
import { AssociationError, DeliveryError, DimseError, SpoolError } from "./errors.ts"
import { clearHead } from "./file-instance.ts"
import { inflateWhatIsThere } from "./header.ts"
import { milestone } from "./milestones.ts"
import type { ReportArchive } from "./ports.ts"
import { readWhole } from "./read-whole.ts"
import type { Change, DocumentRole, JobRecord, ReportRecord } from "./records.ts"
import { next } from "./route.ts"
import { retryAt, type Outcome } from "./run.ts"
import type { World } from "./world.ts"

export interface DeliverOptions {
  /** Null without an archive: then the staff page is the only place. */
  readonly archive: ReportArchive | null
  readonly characterSet: ReportObject["characterSet"]
}

/** After a refusal for good somebody has to correct a setting; we look again every hour. */
const CORRECTED_RETRY_MS = 60 * 60 * 1000
/** Patient, study and series stand before (0020,0011). */
const SERIES_NUMBER_TAG = 0x00200011
const HEAD_BYTES = 4 * 1024 * 1024
/** Reports stand after the images in a list of series. */
const SERIES_NUMBER = 9001
/** For archives whose character set holds no Japanese. */
const TITLES = ["画像診断報告書", "Diagnostic imaging report"]

export async function deliver(
  world: World,
  { archive, characterSet }: DeliverOptions,
  job: JobRecord,
): Promise<Outcome> {
  const report = await world.ledger.report(job.subject)
  if (archive === null || report === null) return { changes: [] }
  const planned = (await world.ledger.delivery(deliveryId(report))) ?? plan(world, report)
  if (planned.state !== "planned") return { changes: [] }
  try {
    const form = await store(world, archive, characterSet, report)
    return { changes: await delivered(world, planned, archive, form, report) }
  } catch (error) {
    if (!isExpected(error)) throw error
    return failedAttempt(world, planned, error, job)
  }
}

const deliveryId = (report: ReportRecord): string => `${report.id}/archive`

function plan(world: World, report: ReportRecord): DeliveryRecord {
  return {
    id: deliveryId(report),
    reportId: report.id,
    requestId: report.requestId,
    channel: "archive",
    state: next("delivery", "-", "plan")?.to ?? "planned",
    aeTitle: "",
    form: null,
    plannedAt: world.clock.now().toISOString(),
    deliveredAt: null,
    failureCode: null,
  }
}

async function store(
  world: World,
  archive: ReportArchive,
  characterSet: ReportObject["characterSet"],
  report: ReportRecord,
): Promise<DeliveryForm> {
  const content = readImagingReport(await document(world, report, "cda"))
  const object: ReportObject = {
    image: await anImage(world, report.studyId),
    characterSet,
    SOPInstanceUID: uidOfName(content.documentId, "encapsulated-pdf"),
    SeriesInstanceUID: uidOfName(content.setId, "report-series"),
    SeriesNumber: SERIES_NUMBER,
    InstanceNumber: content.versionNumber,
    titles: TITLES,
    HL7InstanceIdentifier: content.documentId,
    contentDateTime: localDateTime(content.effectiveTime, world.site.timeZone),
    manufacturer: "Dokuei",
  }
  const pdf = await document(world, report, "pdf")
  await archive.store(ENCAPSULATED_PDF_STORAGE, [
    {
      SOPInstanceUID: object.SOPInstanceUID,
      dataSet: (syntax) => writeEncapsulatedPdf({ ...object, pdf }, syntax),
    },
  ])
  return "encapsulated-pdf"
}

/** Exactly what was signed: the digest that the signature speaks of is compared once more. */
async function document(world: World, report: ReportRecord, role: DocumentRole): Promise<Uint8Array> {
  const kept = report.private.documents.find((each) => each.role === role)
  if (kept === undefined) throw new DeliveryError("ERR_DELIVERY_STUDY", `the report has no ${role}`)
  const bytes = await readWhole(world.spool, kept.place)
  if (createHash("sha256").update(bytes).digest("hex") !== kept.sha256)
    throw new SpoolError("ERR_SPOOL_ROT", `the ${role} is not what was signed`)
  return bytes
}

async function anImage(world: World, studyId: string): Promise<DataSet> {
  const [instance] = await world.ledger.instances(studyId)
  if (instance === undefined) throw new DeliveryError("ERR_DELIVERY_STUDY", "the study has no image here")
  const head = await clearHead(world.spool, instance.place, HEAD_BYTES)
  return readPart10(head, { untilTag: SERIES_NUMBER_TAG, inflate: inflateWhatIsThere }).dataSet
}

/** An instant as the hospital's clocks show it, `YYYYMMDDhhmmss`: DICOM times have no zone. */
export function localDateTime(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(new Date(instant))
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? ""
  return ["year", "month", "day", "hour", "minute", "second"].map(of).join("")
}

async function delivered(
  world: World,
  planned: DeliveryRecord,
  archive: ReportArchive,
  form: DeliveryForm,
  report: ReportRecord,
): Promise<Change[]> {
  const at = world.clock.now().toISOString()
  const record: DeliveryRecord = {
    ...planned,
    state: next("delivery", planned.state, "stored")?.to ?? planned.state,
    aeTitle: archive.aeTitle,
    form,
    deliveredAt: at,
    failureCode: null,
  }
  const study = await world.ledger.study(report.studyId)
  return [
    { put: "delivery", record },
    milestone(report.requestId, "report-delivered", at),
    audit(`delivered/${record.id}`, {
      event: "instances-sent",
      outcome: "success",
      at,
      peer: { id: archive.aeTitle, address: archive.address },
      PatientID: study?.private.patient.PatientID ?? null,
      StudyInstanceUID: study?.private.StudyInstanceUID ?? null,
      SOPClassUID: ENCAPSULATED_PDF_STORAGE,
      instances: 1,
    }),
  ]
}

type Expected = AssociationError | DimseError | DeliveryError
const isExpected = (error: unknown): error is Expected =>
  error instanceof AssociationError || error instanceof DimseError || error instanceof DeliveryError

/** A node that rejects us may be taught better; an object it refuses stays refused. */
const isFinal = (error: Expected): boolean =>
  error.failure === "permanent" && error.code !== "ERR_ASSOCIATION_REJECTED"

function failedAttempt(world: World, planned: DeliveryRecord, error: Expected, job: JobRecord): Outcome {
  const final = isFinal(error)
  const record: DeliveryRecord = {
    ...planned,
    state: next("delivery", planned.state, final ? "refused" : "again")?.to ?? planned.state,
    failureCode: error.code,
  }
  const changes: Change[] = [{ put: "delivery", record }]
  if (final) return { changes }
  const now = world.clock.now()
  const at =
    error.failure === "permanent"
      ? new Date(now.getTime() + CORRECTED_RETRY_MS)
      : retryAt(now, job.attempts, world.chance)
  return { changes, again: { at, failureCode: error.code } }
}
