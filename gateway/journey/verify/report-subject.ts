/** Is a report that came in the one that was asked for: this patient, study and request, and a version that may follow? */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import type { Association } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import { isReplacing, targetAmong } from "../accept/relationships.ts"
import type { Agreement } from "../agreement.ts"
import { ContentError } from "../errors.ts"
import { plain, referenced } from "../metadata.ts"
import type {
  DocumentRecord,
  ReportRecord,
  RequestRecord,
  StudyRecord,
  SubmissionRecord,
} from "../records.ts"
import { sameSubject } from "../same-subject.ts"
import { patientOf, targetOf } from "../subject.ts"
import type { World } from "../world.ts"

/** Our own copy of the images may have gone: then the request and the metadata tell whose report this must be.
 *  Throws ContentError ERR_OTHER_SUBJECT. */
export async function checkReportSubject(
  world: World,
  record: SubmissionRecord,
  request: RequestRecord,
  agreement: Agreement,
  content: ImagingReport,
): Promise<void> {
  const study = await world.ledger.study(targetOf(request) ?? "")
  const header = study === null ? null : headerOf(study)
  const { StudyInstanceUID, AccessionNumber } = content.study
  const entries = record.private.submission?.documentEntries ?? []
  const named = entries.flatMap((entry) => referenced(entry, REFERENCE_TYPE.study))
  sameSubject("report", {
    PatientID: content.patient.PatientID === patientOf(request, header).PatientID,
    "patient id domain": content.patientIdRoot === agreement.patientIdDomain,
    StudyInstanceUID:
      named.every((each) => each === StudyInstanceUID) &&
      (header === null || header.StudyInstanceUID === StudyInstanceUID),
    AccessionNumber: header === null || AccessionNumber === "" || header.AccessionNumber === AccessionNumber,
    order: entries.every((entry) =>
      referenced(entry, REFERENCE_TYPE.order).every((each) => each === plain(request.private.requestNumber)),
    ),
    "request number": content.requestNumber === request.private.requestNumber,
  })
}

/** null once its slot is gone: the ledger then has no more than the ids. */
const headerOf = ({ private: header }: StudyRecord): StudyRecord["private"] | null =>
  header.StudyInstanceUID === "" ? null : header

/**
 * One lineage per request, each version once, and a correction replaces a document that was sent for this request: by its
 * id in the text, and in the metadata by its entryUUID or among the references (RPLC, ITI TF-3 4.2.2.2.3).
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export async function checkReportVersion(
  world: World,
  record: SubmissionRecord,
  request: RequestRecord,
  cda: DocumentRecord,
  content: ImagingReport,
  reports: readonly ReportRecord[],
): Promise<void> {
  if (reports.some((each) => each.setId !== content.setId))
    throw wrongVersion("another report is there already")
  if (reports.some((each) => each.version === content.versionNumber))
    throw wrongVersion(`version ${content.versionNumber} is there already`)
  const { submission } = record.private
  const replacing = (submission?.associations ?? []).filter(
    ({ type, source }) => isReplacing(type) && source === cda.entryUUID,
  )
  const named = content.correction?.replacesDocumentId ?? null
  const earlier = named === null ? [] : await sentFor(world, request, named)
  // The version it corrects never came here, nor did another: this is the first the hospital sees.
  if (named !== null && earlier.length === 0 && reports.length === 0) return
  const fits = (each: Association): boolean =>
    submission !== null && targetAmong(earlier, submission, each) !== null
  const isRight =
    earlier.length === 0
      ? named === null && replacing.length === 0
      : replacing.length > 0 && replacing.every(fits)
  if (!isRight) throw wrongVersion("it does not replace what was sent before")
}

/** The CDA documents with this id that came for this request. */
async function sentFor(world: World, request: RequestRecord, documentId: string): Promise<DocumentRecord[]> {
  const sent: DocumentRecord[] = []
  for (const document of await world.ledger.documentsByUniqueId(documentId)) {
    const submission = await world.ledger.submission(document.submissionId)
    const came = submission?.direction === "in" && submission.requestId === request.id
    if (came && document.role === "cda") sent.push(document)
  }
  return sent
}

const wrongVersion = (why: string): ContentError => new ContentError("ERR_REPORT_VERSION", why)
