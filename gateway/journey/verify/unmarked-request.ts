/**
 * What a partner without reading requests of our kind asks for: as much of a request as its metadata and manifest tell. It is
 * never urgent by itself, and the agreement's routine term counts from when it came.
 */
import type { ReadManifest } from "../../standards/dicom/kos.ts"
import { NO_TEXTS, type ReadingRequest } from "../../standards/request/request-content.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { referenced } from "../metadata.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { patientIdOf } from "../same-subject.ts"
import { patientOf } from "../submit/patient.ts"
import type { World } from "../world.ts"

const MINUTE_MS = 60_000

export function unmarkedRequest(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  { private: { StudyInstanceUID } }: StudyRecord,
  { shared }: ReadManifest,
): ReadingRequest {
  const { submission } = record.private
  const entries = submission?.documentEntries ?? []
  const [entry] = entries
  const first = (type: ReferenceType): string => entries.flatMap((each) => referenced(each, type))[0] ?? ""
  const { partner, patientIdDomain, urgency } = agreement
  const at = new Date(record.acceptedAt ?? record.createdAt)
  const AccessionNumber = first(REFERENCE_TYPE.accession) || shared.AccessionNumber
  const { alphabetic, ideographic, phonetic, birthDate, sex } = patientOf(entry?.sourcePatientInfo ?? [])
  return {
    documentId: "",
    requestId: record.requestId ?? "",
    version: 1,
    status: "active",
    amendment: null,
    requestNumber: first(REFERENCE_TYPE.order),
    requestedAt: at.toISOString(),
    institution: { name: partner.name, oid: partner.oid },
    department: "",
    physician: { id: "", name: shared.ReferringPhysicianName },
    telephone: "",
    reportTo: "",
    readingCenter: { name: world.site.name, oid: world.site.oid },
    namedReader: "",
    setting: "outpatient",
    urgency: {
      code: "ROUTINE",
      dueAt: new Date(at.getTime() + urgency.ROUTINE.dueMinutes * MINUTE_MS).toISOString(),
      telephoneOnResult: false,
      history: [],
    },
    patient: {
      PatientID: patientIdOf(entry),
      idRoot: patientIdDomain,
      alphabetic,
      ideographic,
      phonetic,
      birthDate,
      sex,
      onImages: [],
    },
    texts: { ...NO_TEXTS, purpose: submission?.submissionSet.title ?? "" },
    parts: 1,
    studies: [
      { role: "target", StudyInstanceUID, AccessionNumber, description: shared.StudyDescription, missing: 0 },
    ],
    attachments: [],
  }
}
