/**
 * What steps ask of the ledger: changes that hold together, and reading.
 *
 * `private` parts of records hold patient data: the ledger seals them as one column under the slot named beside them,
 * so that they die with it. Everything else is ids, states and times.
 */
import type { ArchiveChange, ArchiveLedger } from "./archive.ts"
import type { JobQueue, PaceChange, PaceRecord, UnitsStanding } from "./line.ts"
import type { OrphanChange, OrphanLedger, SettledChange } from "./orphan.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { FrameKind, ObjectPlace, SlotId } from "../ports/spool.ts"
import type { Urgency } from "../views/study.ts"
import type { CertificateRecord } from "./certificate.ts"
import type { InstanceRecord, RecodingRecord } from "./instance.ts"
import type { JobRecord, Milestone, Standing } from "./job.ts"
import type { ReportRecord } from "./report.ts"
import type { RequestRecord } from "./request.ts"
import type { StudyRecord } from "./study.ts"
import type { DocumentRecord, SubmissionKind, SubmissionRecord } from "./submission.ts"

/** `slotGone`: the slot was destroyed, its private part is lost and shall be; else ERR_SLOT_GONE refuses the commit. */
export type Change =
  | { readonly put: "study"; readonly record: StudyRecord; readonly slotGone?: true }
  | { readonly put: "instance"; readonly record: InstanceRecord }
  /** Adds to an instance how it travels; the received object itself stays what it was. */
  | {
      readonly put: "recoding"
      readonly record: { readonly instance: ObjectPlace; readonly recoding: RecodingRecord }
    }
  | { readonly put: "request"; readonly record: RequestRecord; readonly slotGone?: true }
  | { readonly put: "submission"; readonly record: SubmissionRecord; readonly slotGone?: true }
  | { readonly put: "document"; readonly record: DocumentRecord }
  | { readonly put: "report"; readonly record: ReportRecord }
  | { readonly put: "certificate"; readonly record: CertificateRecord }
  | ArchiveChange
  | OrphanChange
  | PaceChange
  | SettledChange
  | { readonly put: "job"; readonly record: JobRecord }
  | { readonly put: "milestone"; readonly record: Milestone }
  | { readonly put: "audit"; readonly record: { readonly key: string; readonly event: AuditEvent } }
  /** Only the job as it was read: one put meanwhile with another time stays. */
  | { readonly remove: "job"; readonly id: string; readonly runAt: string }
  | { readonly remove: "certificate"; readonly id: string }
  | { readonly remove: "instances"; readonly studyId: string }
  | { readonly remove: "documents"; readonly submissionId: string }

/** What whoever sends asks with every unit. An answer is a few rows, however much waits and however many units there are, unless it says so. */
export interface LineLedger {
  /** Jobs that send images to this partner and are due, or wait for a place alone; most urgent first, then oldest. */
  nextInLine(
    agreement: string,
    now: string,
    /** Submissions that are not asked for. */
    onTheLine: readonly string[],
    limit: number,
  ): Promise<readonly JobRecord[]>
  /** Jobs that send to this partner and wait for their next try after one of these failures, in the same order. */
  heldUp(
    agreement: string,
    now: string,
    failureCodes: readonly string[],
    limit: number,
  ): Promise<readonly JobRecord[]>
  /**
   * When another job than this has failed with one of these at the same partner: the id of the job that tries next. It is the
   * first of those that try again until `soon`, of what is due, and of this one. Null: none has failed so.
   */
  scoutOf(jobId: string, now: string, soon: string, failureCodes: readonly string[]): Promise<string | null>
  /** Units of this submission. `erasedAt`: what the other side had taken before it is there no more; "" = nothing was erased. */
  unitsOf(submissionId: string, erasedAt: string): Promise<UnitsStanding>
  /** Ids of all objects that are images of these units, as they travelled. */
  objectsInUnits(submissionId: string, erasedAt: string): Promise<ReadonlySet<string>>
  /** The seal of each of them, in the order in which they were made. */
  signaturesOfUnits(submissionId: string, erasedAt: string): Promise<readonly DocumentRecord[]>
  /** Ids of what is on its way to this partner, and not there yet; oldest first. */
  onTheWayTo(agreement: string, limit: number): Promise<readonly string[]>
  /** Of every line over which something was sent. */
  paces(): Promise<readonly PaceRecord[]>
}

/**
 * The one book of states. `commit` is all or nothing and durable when it resolves; `put` replaces by id.
 *
 * No update is lost: a study, request, submission or report goes back only over the revision it was read at. When
 * somebody else has put it meanwhile, `commit` throws ERR_LEDGER_STALE and whoever decided decides again.
 */
export interface Ledger extends ArchiveLedger, LineLedger, OrphanLedger {
  commit(changes: readonly Change[]): Promise<void>

  study(id: string): Promise<StudyRecord | null>
  /** Its state alone, for what is asked with every image: nothing sealed is opened. */
  studyState(id: string): Promise<StudyRecord["state"] | null>
  /** Every study with this UID (one per patient when a UID was reused). */
  studiesByUid(StudyInstanceUID: string): Promise<readonly StudyRecord[]>
  /** Not expired ones, newest arrival first. */
  studies(limit: number): Promise<readonly StudyRecord[]>
  /** Those of them no request names: every one. */
  unaskedStudies(): Promise<readonly StudyRecord[]>
  instances(studyId: string): Promise<readonly InstanceRecord[]>
  instancesByUid(studyId: string, SOPInstanceUID: string): Promise<readonly InstanceRecord[]>
  /** Slots of studies, requests and certificates that are kept. For roll-forward. */
  slotsInUse(): Promise<ReadonlySet<SlotId>>
  /** Is this frame known, as an instance or a document? For roll-forward. */
  knows(objectId: string, kind: FrameKind): Promise<boolean>

  request(id: string): Promise<RequestRecord | null>
  /** For which somebody still has to do something: every one of them, newest first. */
  openRequests(): Promise<readonly RequestRecord[]>
  /** For which nobody has to do anything any more, newest first. */
  finishedRequests(limit: number): Promise<readonly RequestRecord[]>
  requestsOfStudy(studyId: string): Promise<readonly RequestRecord[]>
  /** The open one; when there is none the newest: hospitals use their numbers again. */
  requestByNumber(agreement: string, requestNumber: string): Promise<RequestRecord | null>
  /** The newest few of this patient number; [] for none, and what is over is not among them. */
  requestsOfPatient(agreement: string, PatientID: string): Promise<readonly RequestRecord[]>
  /** Without a study yet; of this urgency alone, when one is named. */
  unboundRequests(urgency?: Urgency): Promise<readonly RequestRecord[]>

  submission(id: string): Promise<SubmissionRecord | null>
  submissionBySetUid(
    agreement: string,
    direction: "out" | "in",
    submissionSetUid: string,
  ): Promise<SubmissionRecord | null>
  /** `kind`: of this kind alone; a study that leaves in units has thousands of those. */
  submissionsOf(subject: {
    readonly studyId?: string
    readonly requestId?: string
    readonly reportId?: string
    readonly kind?: SubmissionKind
  }): Promise<readonly SubmissionRecord[]>
  /** What came in and is not, or never will be, verified; newest first. */
  unverifiedArrivals(): Promise<readonly SubmissionRecord[]>
  documents(submissionId: string): Promise<readonly DocumentRecord[]>
  /** With this uniqueId: of whoever sent them, in or out, destroyed or not. */
  documentsByUniqueId(uniqueId: string): Promise<readonly DocumentRecord[]>

  report(id: string): Promise<ReportRecord | null>
  reportsOfRequest(requestId: string): Promise<readonly ReportRecord[]>
  reportByPrepareId(prepareId: string): Promise<ReportRecord | null>
  certificate(id: string): Promise<CertificateRecord | null>
  certificatesOfStudy(studyId: string): Promise<readonly CertificateRecord[]>
  /** Newest first. */
  certificates(limit: number): Promise<readonly CertificateRecord[]>

  /** Due jobs, oldest first; of one queue alone, without those named, where one is named. */
  dueJobs(
    now: string,
    limit: number,
    queue?: JobQueue & {
      /** Ids of jobs that are not asked for. */
      readonly without: readonly string[]
    },
  ): Promise<readonly JobRecord[]>
  /** In which there is a job, due or not, by line and rank: a row for each, however many jobs it holds. */
  jobQueues(): Promise<readonly JobQueue[]>
  jobsOf(subject: string): Promise<readonly JobRecord[]>
  /** Which failed so often, and are tried again. */
  failingJobs(attempts: number, limit: number): Promise<readonly JobRecord[]>
  milestones(subject: string): Promise<readonly Milestone[]>
  standing(agreements: readonly string[]): Promise<Standing>
  /** Is a study of more urgency than this submission's due to be recoded? */
  isOvertakenInRecoding(submissionId: string, now: string): Promise<boolean>

  /** Audit rows not yet in the trail, in order. */
  auditOutbox(
    limit: number,
  ): Promise<readonly { readonly sequence: number; readonly key: string; readonly event: AuditEvent }[]>
  auditDelivered(upToSequence: number): Promise<void>
}
