/** What the entries of a submission about one reading have in common. */
import type { Agreement } from "./agreement.ts"
import { found } from "./desk-guards.ts"
import { instantIn } from "./local-day.ts"
import { dtm, type Subject } from "./metadata.ts"
import type { StudyRole } from "../standards/request/request-content.ts"
import type { RequestRecord } from "./records/request.ts"
import type { StudyHeader, StudyRecord } from "./records/study.ts"
import type { SubmissionRecord } from "./records/submission.ts"
import type { PatientView } from "./views/study.ts"
import type { World } from "./world.ts"

/** The study that is to be read; null while none is bound. */
export const targetOf = (request: RequestRecord): string | null =>
  request.studies.find((each) => each.role === "target")?.studyId ?? null

/**
 * The request with this study in this role. There is one target; what its images tell of patient and study is kept with
 * the request, which outlives them.
 */
export function withStudy(request: RequestRecord, study: StudyRecord, role: StudyRole): RequestRecord {
  const others = request.studies.filter(
    (each) => each.studyId !== study.id && (role !== "target" || each.role !== "target"),
  )
  const bound = { ...request, studies: [{ studyId: study.id, role }, ...others] }
  return role === "target" ? { ...bound, private: known(request.private, study.private) } : bound
}

/** The patient's number is the request's; a name that the images do not carry stays as it was entered. */
function known(asked: RequestRecord["private"], header: StudyHeader): RequestRecord["private"] {
  if (header.StudyInstanceUID === "") return asked
  const { StudyInstanceUID, AccessionNumber, patient } = header
  const ideographic = patient.ideographic === "" ? asked.patient.ideographic : patient.ideographic
  const PatientID = asked.patient.PatientID === "" ? patient.PatientID : asked.patient.PatientID
  return { ...asked, StudyInstanceUID, AccessionNumber, patient: { ...patient, PatientID, ideographic } }
}

/** The request a submission serves. */
export async function requestOf(world: World, record: SubmissionRecord): Promise<RequestRecord> {
  return found(record.requestId === null ? null : await world.ledger.request(record.requestId), "request")
}

/** The study may have expired: then the request still tells whose it was. */
export async function subjectOf(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
): Promise<Subject> {
  const request = await requestOf(world, record)
  const study = record.studyId === null ? null : await world.ledger.study(record.studyId)
  const header = study === null || study.private.StudyInstanceUID === "" ? null : study.private
  return {
    agreement,
    site: world.site,
    patient: patientOf(request, header),
    StudyInstanceUID: header?.StudyInstanceUID ?? request.private.StudyInstanceUID,
    AccessionNumber: header?.AccessionNumber ?? request.private.AccessionNumber,
    requestNumber: request.private.requestNumber,
    requestId: request.id,
    ...physicianOf(request),
    ...(request.private.affinityPatientId === undefined
      ? {}
      : { affinityPatientId: request.private.affinityPatientId }),
    serviceStartTime: serviceStart(header?.studyDateTime ?? null, world.site.timeZone),
    modalities: header?.modalities ?? [],
    procedures: header?.procedures ?? [],
  }
}

/**
 * Who the patient is: as the images tell, under the number of the hospital's request. Images may carry another number of
 * the same patient, or none.
 */
export function patientOf(request: RequestRecord, header: StudyHeader | null): PatientView {
  const { patient } = request.private
  const told = header?.patient ?? patient
  return { ...told, PatientID: patient.PatientID === "" ? told.PatientID : patient.PatientID }
}

/** By name alone nobody is known for certain. */
function physicianOf({ private: { text } }: RequestRecord): Pick<Subject, "physician"> {
  const { physicianId: id = "", physician: name } = text
  return id === "" || name === "" ? {} : { physician: { id, name } }
}

/** DICOM times have no zone: the site's zone, then UTC (domain.md 7). */
function serviceStart(studyDateTime: string | null, timeZone: string): string | null {
  return studyDateTime === null ? null : dtm(instantIn(studyDateTime, timeZone))
}
