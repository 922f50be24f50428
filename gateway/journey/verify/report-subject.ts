/** Is a report that came in the one that was asked for: of this patient, study and request? */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { plain, referenced } from "../metadata.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
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
  // Of a request that was lost we know what the metadata say (accept/land-answer.ts).
  const told = request.lostAt === undefined ? (text: string) => text : plain
  const entries = record.private.submission?.documentEntries ?? []
  const named = entries.flatMap((entry) => referenced(entry, REFERENCE_TYPE.study))
  sameSubject("report", {
    PatientID: told(content.patient.PatientID) === patientOf(request, header).PatientID,
    "patient id domain": content.patientIdRoot === agreement.patientIdDomain,
    StudyInstanceUID:
      named.every((each) => each === StudyInstanceUID) &&
      (header === null || header.StudyInstanceUID === StudyInstanceUID),
    AccessionNumber: header === null || AccessionNumber === "" || header.AccessionNumber === AccessionNumber,
    order: entries.every((entry) =>
      referenced(entry, REFERENCE_TYPE.order).every((each) => each === plain(request.private.requestNumber)),
    ),
    "request number": told(content.requestNumber) === request.private.requestNumber,
  })
}

/** null once its slot is gone: the ledger then has no more than the ids. */
const headerOf = ({ private: header }: StudyRecord): StudyRecord["private"] | null =>
  header.StudyInstanceUID === "" ? null : header
