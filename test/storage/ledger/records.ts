/** Records with patient data in every private part, for tests of a ledger. */
import type { OrphanRecord } from "../../../gateway/journey/records/orphan.ts"
import type { CertificateRecord } from "../../../gateway/journey/records/certificate.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import type { JobRecord } from "../../../gateway/journey/records/job.ts"
import type { ReportRecord } from "../../../gateway/journey/records/report.ts"
import type { RequestRecord } from "../../../gateway/journey/records/request.ts"
import type { StudyRecord } from "../../../gateway/journey/records/study.ts"
import type { DocumentRecord, SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import type { PatientView } from "../../../gateway/journey/views/study.ts"
import type { Verdict } from "../../../gateway/journey/views/verdict.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"

/** Stands in every private part; must never be found in the file. */
export const CANARY = "カナリア太郎-CANARY-7041"
export const SLOT = "a".repeat(32)
export const STUDY_UID = "1.2.392.100495.77.7041"
export const AT = "2026-04-01T09:00:00.000Z"

const patient: PatientView = {
  PatientID: CANARY,
  ideographic: CANARY,
  phonetic: "",
  alphabetic: "",
  birthDate: "1960-01-01",
  sex: "M",
  nameMarked: false,
}
const text = {
  purpose: CANARY,
  diagnosis: "",
  history: "",
  department: "",
  physician: "",
  setting: "outpatient",
  contrast: "",
  telephone: "",
} as const

export const place = (objectId: string, slotId = SLOT) => ({
  slotId,
  segmentId: "b".repeat(32),
  offsetBytes: 4096,
  objectId,
})

export const study = (over: Partial<StudyRecord> = {}): StudyRecord => ({
  id: "study-1",
  agreement: "kakuu-center",
  state: "arriving",
  slotId: SLOT,
  recodedSlotId: null,
  callingAE: "CT1",
  firstArrivalAt: AT,
  lastArrivalAt: AT,
  instances: 2,
  bytes: 1024,
  late: 0,
  keepUntil: null,
  private: {
    StudyInstanceUID: STUDY_UID,
    patient,
    StudyDescription: CANARY,
    AccessionNumber: CANARY,
    bodyPart: "CHEST",
    modalities: ["CT"],
    studyDateTime: null,
  },
  ...over,
})

export const instance = (objectId: string, SOPInstanceUID: string, studyId = "study-1"): InstanceRecord => ({
  place: place(objectId),
  studyId,
  sha256: "1".repeat(64),
  sha256DataSet: "2".repeat(64),
  clearLengthBytes: 512,
  receivedAt: AT,
  conflict: false,
  recoding: null,
  original: null,
  private: {
    SOPInstanceUID,
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    SeriesInstanceUID: `${STUDY_UID}.1`,
    TransferSyntaxUID: "1.2.840.10008.1.2.1",
    image: null,
  },
})

/** One target study, bound. */
export const TARGET = [{ studyId: "study-1", role: "target" }] as const

export const request = (over: Partial<RequestRecord> = {}): RequestRecord => ({
  id: "request-1",
  version: 1,
  agreement: "kakuu-center",
  state: "created",
  urgency: "ROUTINE",
  dueAt: AT,
  requestedAt: AT,
  slotId: SLOT,
  studies: [],
  telephoneOnResult: false,
  urgencyHistory: [],
  releaseWhenComplete: true,
  keepUntil: "2031-01-01T00:00:00.000Z",
  readerId: null,
  readerName: "",
  private: {
    requestNumber: "RQ-1",
    patient,
    text,
    StudyInstanceUID: STUDY_UID,
    AccessionNumber: CANARY,
    enteredBy: "",
  },
  ...over,
})

export const submission = (over: Partial<SubmissionRecord> = {}): SubmissionRecord => ({
  id: "submission-1",
  direction: "out",
  kind: "study",
  agreement: "kakuu-center",
  state: "planned",
  studyId: "study-1",
  requestId: "request-1",
  reportId: null,
  answers: null,
  submissionSetUid: "2.25.1",
  slotId: SLOT,
  segmentId: null,
  attempts: 0,
  failureCode: null,
  createdAt: AT,
  acceptedAt: null,
  verifiedAt: null,
  bytesTotal: 0,
  private: {
    submission: {
      submissionSet: { title: CANARY },
      documentEntries: [],
      associations: [],
    } as unknown as Submission,
    verdict: { holder: CANARY } as Verdict,
  },
  ...over,
})

export const document = (ordinal: number, over: Partial<DocumentRecord> = {}): DocumentRecord => ({
  submissionId: "submission-1",
  ordinal,
  role: "instance",
  uniqueId: `2.25.10${ordinal}`,
  entryUUID: `urn:uuid:${ordinal}`,
  place: place(`d${ordinal}`),
  hash: "3".repeat(40),
  sizeBytes: 700,
  sha256: "4".repeat(64),
  clearMimeType: "application/dicom",
  private: { envelopePrefix: CANARY, envelopeSuffix: "" },
  ...over,
})

export const report = (over: Partial<ReportRecord> = {}): ReportRecord => ({
  id: "report-1",
  requestId: "request-1",
  studyId: "study-1",
  agreement: "kakuu-center",
  setId: "2.25.2",
  version: 1,
  status: "draft",
  readerId: "reader-1",
  readerName: "放射 太郎",
  slotId: SLOT,
  draftVersion: 1,
  prepareId: null,
  preparedAt: null,
  signedAt: null,
  stampedAt: null,
  submissionId: null,
  acknowledgedAt: null,
  acknowledgedBy: "",
  acknowledgedSeenAt: null,
  private: {
    draft: { findings: CANARY, impression: CANARY, keyImages: [], correctionReason: "" },
    documents: [],
    keyImages: 0,
    signature: null,
    intent: "",
    assertion: "",
  },
  ...over,
})

export const certificate = (over: Partial<CertificateRecord> = {}): CertificateRecord => ({
  id: "certificate-1",
  agreement: "kakuu-center",
  what: "images",
  slotId: SLOT,
  keepUntil: AT,
  compared: [{ submission: "2.25.1", named: 2, missing: 0, foreign: 0 }],
  private: {
    PatientID: "P1",
    StudyInstanceUID: "1.2.3",
    AccessionNumber: "",
    requestNumber: "R1",
    submissions: [{ uniqueId: "2.25.1", objects: [{ id: "1.1", sha256: "1".repeat(64) }] }],
    bytes: 1024,
  },
  studyId: "study-1",
  requestId: "request-1",
  at: AT,
  objects: 2,
  statement: "two objects were destroyed",
  verdict: null,
  destruction: { slotId: SLOT, objects: 2, bytes: 1024, readBack: true, epoch: 1, at: AT },
  ...over,
})

export const job = (over: Partial<JobRecord> = {}): JobRecord => ({
  id: "assemble/study-1",
  verb: "assemble",
  subject: "study-1",
  runAt: AT,
  attempts: 0,
  failureCode: null,
  ...over,
})

export const orphan = (over: Partial<OrphanRecord> = {}): OrphanRecord => ({
  slotId: "9".repeat(32),
  slotClass: "received",
  wholeSlot: true,
  segmentIds: ["8".repeat(32)],
  objects: 3,
  bytes: 4096,
  agreement: "kakuu-center",
  firstArrivalAt: AT,
  foundAt: AT,
  keepUntil: AT,
  destroyedAt: null,
  ...over,
})
