/**
 * A report that no signature covers, as agreed: its PDF, which may have come in a CDA document, and the CDA document beside it
 * where that can be read; or what a CDA document of whatever template says, as text. Without one the metadata say whose report
 * it is.
 */
import { readForeignDocument } from "../../standards/cda/foreign-document.ts"
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { readManifest } from "../../standards/dicom/kos.ts"
import { Malformed } from "../../standards/malformed.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { found } from "../desk-guards.ts"
import { plain, referenced } from "../metadata.ts"
import { readWhole } from "../read-whole.ts"
import type { RequestRecord } from "../records/request.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { isOfPatient, namesPatient } from "../affinity-patient.ts"
import { sameSubject } from "../same-subject.ts"
import { requestOf } from "../subject.ts"
import type { World } from "../world.ts"

/** What is kept of a report's content. */
export type ReportText = Pick<
  ImagingReport,
  "effectiveTime" | "reader" | "findings" | "impression" | "correction" | "keyImages"
>

export interface UnsignedReport {
  /** Null when there is no CDA document, or none that can be read. */
  readonly written: ImagingReport | null
  readonly content: ReportText
  /** The CDA document first, if it can be read; the PDF if there is one. */
  readonly documents: readonly [DocumentRecord, ...DocumentRecord[]]
}

/** @throws ContentError ERR_OTHER_SUBJECT */
export async function unsignedReport(
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<UnsignedReport> {
  const request = await requestOf(world, record)
  checkSubject(record, request, agreement)
  await checkManifest(world, documents, request)
  const pdf = documents.find(({ role }) => role === "pdf")
  const cda = documents.find(({ role }) => role === "cda")
  const written = cda === undefined ? null : await readable(world, cda)
  if (cda !== undefined && written !== null) {
    sameSubject("report", {
      PatientID: namesPatient(agreement, request, [
        { root: written.patientIdRoot, extension: written.patient.PatientID },
      ]),
      StudyInstanceUID: isThatStudy(request, written.study.StudyInstanceUID),
    })
    return { written, content: written, documents: pdf === undefined ? [cda] : [cda, pdf] }
  }
  // Beside a PDF that came by itself it counts for nothing.
  const isAlone = pdf === undefined || pdf.within !== undefined
  const text = isAlone ? await foreignText(world, found(cda, "report"), request, agreement) : ""
  const content = { ...nothingWritten(record), findings: text }
  return { written: null, content, documents: [pdf ?? found(cda, "report")] }
}

/** "" where it holds a PDF. @throws ContentError ERR_OTHER_SUBJECT; Malformed */
async function foreignText(
  world: World,
  { place }: DocumentRecord,
  request: RequestRecord,
  agreement: Agreement,
): Promise<string> {
  const { patientIds, body } = readForeignDocument(await readWhole(world.spool, place))
  sameSubject("report", { PatientID: namesPatient(agreement, request, patientIds) })
  return body.kind === "text" ? body.text : ""
}

/** A CDA document of another template is kept and counts for nothing: the PDF beside it is what people read. */
async function readable(world: World, { place }: DocumentRecord): Promise<ImagingReport | null> {
  try {
    const written = readImagingReport(await readWhole(world.spool, place))
    // What replaces another without a reason is one of our own, under seals; among others nobody knows what it means.
    return written.replacesPreliminary === undefined ? written : null
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

/** A manifest beside a report names the images it is about: those of the request, and of its patient. */
async function checkManifest(
  world: World,
  documents: readonly DocumentRecord[],
  request: RequestRecord,
): Promise<void> {
  const manifest = documents.find(({ role }) => role === "manifest")
  if (manifest === undefined) return
  const { shared, studies } = readManifest(await readWhole(world.spool, manifest.place))
  sameSubject("manifest", {
    PatientID: plain(shared.PatientID) === plain(request.private.patient.PatientID),
    StudyInstanceUID: studies.every((each) => isThatStudy(request, each.StudyInstanceUID)),
  })
}

/** Only what is named has to be right; who is meant was found by some of it (`accept/identify.ts`). */
function checkSubject(
  record: SubmissionRecord,
  { private: asked }: RequestRecord,
  agreement: Agreement,
): void {
  const entries = record.private.submission?.documentEntries ?? []
  const ids = (type: ReferenceType): readonly string[] => entries.flatMap((each) => referenced(each, type))
  sameSubject("metadata", {
    patient: entries.every((entry) => isOfPatient(agreement, { private: asked }, entry)),
    StudyInstanceUID: ids(REFERENCE_TYPE.study).every((each) => each === asked.StudyInstanceUID),
    order: ids(REFERENCE_TYPE.order).every((each) => each === plain(asked.requestNumber)),
  })
}

const isThatStudy = ({ private: asked }: RequestRecord, uid: string): boolean =>
  asked.StudyInstanceUID === "" || asked.StudyInstanceUID === uid

const nothingWritten = (record: SubmissionRecord): ReportText => ({
  effectiveTime: record.acceptedAt ?? record.createdAt,
  reader: readerOf(record),
  findings: "",
  impression: "",
  correction: null,
  keyImages: [],
})

/** Who the metadata say answers for it: XCN, id and name. Nobody has signed. */
function readerOf({ private: { submission } }: SubmissionRecord): ImagingReport["reader"] {
  const [entry] = submission?.documentEntries ?? []
  const [id = "", family = "", given = ""] = (
    entry?.legalAuthenticator ??
    entry?.author?.authorPerson ??
    ""
  ).split("^")
  return { id, idRoot: "", name: [family, given].filter((each) => each !== "").join(" ") }
}
