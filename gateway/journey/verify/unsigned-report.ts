/**
 * A report that no signature covers, as agreed: its PDF, and the CDA document beside it where that can be read. Without one
 * the metadata say whose report it is, and which one it replaces.
 */
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { uidOfName } from "../../standards/dicom/name-uid.ts"
import { Malformed } from "../../standards/malformed.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import { isReplacing, targetAmong } from "../accept/relationships.ts"
import type { Association, Relationship } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { plain, referenced } from "../metadata.ts"
import { readWhole } from "../read-whole.ts"
import type { DocumentRecord, ReportRecord, RequestRecord, SubmissionRecord } from "../records.ts"
import { patientDomainOf, patientIdOf, sameSubject } from "../same-subject.ts"
import { requestOf } from "../subject.ts"
import type { Place } from "./report-place.ts"
import type { World } from "../world.ts"

/** What is kept of a report's content. */
export type ReportText = Pick<
  ImagingReport,
  | "setId"
  | "versionNumber"
  | "status"
  | "effectiveTime"
  | "reader"
  | "findings"
  | "impression"
  | "correction"
  | "keyImages"
>

export interface UnsignedReport {
  /** Null when there is no CDA document, or none that can be read. */
  readonly written: ImagingReport | null
  readonly content: ReportText
  /** Where the metadata place it; of one with a CDA document that says so itself. Null while what it is added to is not here. */
  readonly place: Place | null
  /** The CDA document first, if it can be read; the PDF is always among them. */
  readonly documents: readonly [DocumentRecord, ...DocumentRecord[]]
}

/** @throws ContentError ERR_OTHER_SUBJECT, ERR_REPORT_VERSION */
export async function unsignedReport(
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<UnsignedReport> {
  const request = await requestOf(world, record)
  checkSubject(record, request, agreement)
  const pdf = found(
    documents.find(({ role }) => role === "pdf"),
    "PDF of the report",
  )
  const cda = documents.find(({ role }) => role === "cda")
  const written = cda === undefined ? null : await readable(world, cda)
  if (cda === undefined || written === null)
    return { written: null, ...(await toldByMetadata(world, record, request, pdf)), documents: [pdf] }
  sameSubject("report", {
    PatientID: written.patient.PatientID === request.private.patient.PatientID,
    StudyInstanceUID: isThatStudy(request, written.study.StudyInstanceUID),
  })
  return { written, content: written, place: {}, documents: [cda, pdf] }
}

/** A CDA document of another template is kept and counts for nothing: the PDF beside it is what people read. */
async function readable(world: World, { place }: DocumentRecord): Promise<ImagingReport | null> {
  try {
    return readImagingReport(await readWhole(world.spool, place))
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
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
    PatientID: entries.every((entry) => patientIdOf(entry) === plain(asked.patient.PatientID)),
    "patient id domain": entries.every((entry) => patientDomainOf(entry) === agreement.patientIdDomain),
    StudyInstanceUID: ids(REFERENCE_TYPE.study).every((each) => each === asked.StudyInstanceUID),
    order: ids(REFERENCE_TYPE.order).every((each) => each === plain(asked.requestNumber)),
  })
}

const isThatStudy = ({ private: asked }: RequestRecord, uid: string): boolean =>
  asked.StudyInstanceUID === "" || asked.StudyInstanceUID === uid

interface Told {
  readonly content: ReportText
  /** Null while what it is added to is not here. */
  readonly place: Place | null
}

async function toldByMetadata(
  world: World,
  record: SubmissionRecord,
  request: RequestRecord,
  pdf: DocumentRecord,
): Promise<Told> {
  const reports = await world.ledger.reportsOfRequest(request.id)
  const earlier = reports.filter(({ submissionId }) => submissionId !== record.id)
  const [replaces, added] = [relationsOf(record, pdf, isReplacing), relationsOf(record, pdf, isAdding)]
  const replaced = await relatedTo(world, record, replaces, earlier)
  if (replaced !== null)
    return { content: replacing(record, replaced, earlier), place: placeBeside(replaced) }
  const to = await relatedTo(world, record, added, earlier)
  if (added.length > 0) {
    const setId = uidOfName(record.submissionSetUid, "addendum-set")
    const content = { ...nothingWritten(record), setId, versionNumber: 1, status: "appended" as const }
    return { content, place: to && { appends: to.appends ?? { setId: to.setId, version: to.version } } }
  }
  if (earlier.length > 0)
    throw new ContentError(
      "ERR_REPORT_VERSION",
      "a report is there already, and this one does not replace it",
    )
  const setId = uidOfName(request.id, "report-set")
  return { content: { ...nothingWritten(record), setId, versionNumber: 1, status: "final" }, place: {} }
}

/** A version of an addendum is added to what that was added to. */
const placeBeside = ({ appends }: ReportRecord): Place => (appends === undefined ? {} : { appends })

function replacing(
  record: SubmissionRecord,
  { setId }: ReportRecord,
  earlier: readonly ReportRecord[],
): ReportText {
  const versions = earlier.filter((each) => each.setId === setId).map(({ version }) => version)
  return { ...nothingWritten(record), setId, versionNumber: 1 + Math.max(...versions), status: "corrected" }
}

const nothingWritten = (
  record: SubmissionRecord,
): Omit<ReportText, "setId" | "versionNumber" | "status"> => ({
  effectiveTime: record.acceptedAt ?? record.createdAt,
  reader: readerOf(record),
  findings: "",
  impression: "",
  correction: null,
  keyImages: [],
})

const isAdding = (type: Relationship): boolean => type === "APND"

const relationsOf = (
  { private: { submission } }: SubmissionRecord,
  { entryUUID }: DocumentRecord,
  isOf: (type: Relationship) => boolean,
): readonly Association[] =>
  (submission?.associations ?? []).filter(({ type, source }) => isOf(type) && source === entryUUID)

/** The report of this request that one of these relations is to. */
async function relatedTo(
  world: World,
  { private: { submission } }: SubmissionRecord,
  relations: readonly Association[],
  earlier: readonly ReportRecord[],
): Promise<ReportRecord | null> {
  if (submission === null || relations.length === 0) return null
  for (const report of earlier) {
    const brought = await world.ledger.documents(report.submissionId ?? "")
    const papers = brought.filter(({ role }) => role === "pdf" || role === "cda")
    if (relations.some((each) => targetAmong(papers, submission, each) !== null)) return report
  }
  return null
}

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
