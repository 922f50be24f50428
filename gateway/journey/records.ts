/**
 * What the ledger keeps, and the changes a step may ask for. Types only.
 *
 * `private` parts hold patient data: the ledger seals them as one column under the slot named beside them, so
 * that they die with it. Everything else is ids, states and times.
 */
import type { ArchiveChange, ArchiveLedger } from "./archive-records.ts"
import type { JobQueue, PaceChange, PaceRecord, UnitsStanding } from "./line-records.ts"
import type { OrphanChange, OrphanLedger, SettledChange } from "./orphan-records.ts"
import type {
  Destruction,
  FrameKind,
  ObjectId,
  ObjectPlace,
  SlotId,
  AssertedUser,
  AuditEvent,
  Person,
  ReadIn,
} from "./ports.ts"
import type {
  ComparedSubmission,
  ConsentPolicy,
  PatientView,
  ReportDraft,
  ReportStatus,
  RequestText,
  SignatureWait,
  Urgency,
  Verdict,
  CaseState,
} from "./views.ts"
import type { SignatureLevel } from "../standards/dsg/verdict.ts"
import type { CodedEntry } from "../standards/dicom/coded-entry.ts"
import type { AsReceived } from "../standards/dicom/recode/reasons.ts"
import type { StudyRole, UrgencyChange } from "../standards/request/request-content.ts"
import type { Destroyed, DestroyedSubmission } from "../standards/notice/deletion-certificate.ts"
import type { Submission } from "../standards/xds/submission.ts"

export type StudyState =
  "arriving" | "complete" | "released" | "quarantined" | "recalled" | "closed" | "expired"

export interface StudyHeader {
  readonly StudyInstanceUID: string
  readonly patient: PatientView
  readonly StudyDescription: string
  readonly AccessionNumber: string
  readonly bodyPart: string
  readonly modalities: readonly string[]
  /** Codes of the procedure it was made for; absent = its images name none. */
  readonly procedures?: readonly CodedEntry[]
  readonly studyDateTime: string | null
}

/** What a person at the hospital, or at the centre, decided about a study's identity; kept as long as its images. */
export interface StudyDecision {
  readonly at: string
  /** Display name of who decided. */
  readonly by: string
  readonly what: "same-patient" | "other-patient" | "own-study" | "copies-chosen" | "recalled"
  readonly reason: string
}

/** An image a key object selection has withdrawn (IHE IOCM), or that selection itself. */
export interface RejectedInstance {
  readonly SOPInstanceUID: string
  /** Document title, scheme DCM (PS3.16 CID 7011). */
  readonly code: string
}

/** Is everything here that was taken? */
export interface Completeness {
  /** Nothing speaks against it after a quiet period; or something the hospital's systems say names more than came. */
  readonly state: "complete-inferred" | "incomplete-known"
  /** How many images there should be; null when nothing says so. */
  readonly expected: number | null
  readonly missing: number
}

/** A submission after the first: what it brought, and what it withdrew. */
export interface Supplement {
  readonly at: string
  readonly added: number
  readonly withdrawn: number
}

/** The manifest that says what counts of a study, and when its sender made it (DTM, UTC). */
export interface ManifestInForce {
  readonly entryUUID: string
  readonly submissionTime: string
}

/** A study at the reading centre of which parts have come and are verified; their sender says what the whole will be. */
export interface AnnouncedDelivery {
  readonly requestId: string
  /** One delivery of it, by its sender's id. */
  readonly delivery: string
  /** Images that came. */
  readonly here: number
  readonly expected: number
  readonly urgency: Urgency
  readonly requestedAt: string
  readonly dueAt: string
}

/** What the images tell, and what people have decided about them. */
export interface StudyPrivate extends StudyHeader {
  /** Patient IDs that images of this study carry besides the one in its header: somebody said it is the same patient. */
  readonly otherPatientIDs?: readonly string[]
  readonly decisions?: readonly StudyDecision[]
  readonly rejected?: readonly RejectedInstance[]
  /** SOP Instance UIDs that a device has named as its own of this study, and that have not come. */
  readonly awaited?: readonly string[]
  /** Objects that are kept and do not count: copies nobody chose; at the centre what the newest manifest does not name. */
  readonly hidden?: readonly ObjectId[]
}

export interface StudyRecord {
  readonly id: string
  /** How often the ledger has kept it; absent in what it has not kept yet. Goes back with the record: see `commit`. */
  readonly revision?: number
  /** The other side: null at the edge until a request names the reading centre. */
  readonly agreement: string | null
  readonly state: StudyState
  /** Slot of the images. */
  readonly slotId: SlotId
  /** Slot of the same images recoded; null while there are none. It goes when the first one goes. */
  readonly recodedSlotId: SlotId | null
  /** Slots of studies that were joined to this one: destroyed with it. Absent = none. */
  readonly joinedSlots?: readonly SlotId[]
  /** The study its images belong to since a person joined the two; then nothing but this row is left here. */
  readonly joinedTo?: string
  readonly callingAE: string
  readonly firstArrivalAt: string
  readonly lastArrivalAt: string
  readonly instances: number
  readonly bytes: number
  /** Images that came after the study was released; a person is told. */
  readonly late: number
  /** The hospital has taken it back, until it is asked for anew. Absent or null = no. */
  readonly recalledAt?: string | null
  /** As found when it was last quiet; at the reading centre as the hospital told. Absent before. */
  readonly completeness?: Completeness
  /** How many of its instances counted then: neither taken back nor a copy that was not chosen. */
  readonly counting?: number
  /** Absent = none. At the hospital when it was planned, at the centre when it took effect. */
  readonly supplements?: readonly Supplement[]
  /** At the reading centre: which manifest says what counts. Absent = none has come. */
  readonly manifest?: ManifestInForce
  /** At the reading centre, while units of a delivery have come and what closes it has not. Absent or null = nothing is. */
  readonly arriving?: AnnouncedDelivery | null
  /** Images whose copies contradict each other, and between which nobody has chosen; absent = none. A person chooses. */
  readonly conflicts?: number
  /** End of the agreed retention; null while it has not begun to run. */
  readonly keepUntil: string | null
  readonly private: StudyPrivate
}

export interface InstanceRecord {
  readonly place: ObjectPlace
  readonly studyId: string
  /** Hex. */
  readonly sha256: string
  readonly sha256DataSet: string
  readonly clearLengthBytes: number
  readonly receivedAt: string
  /** Same SOP Instance UID came with other bytes: both are kept, a person is told. */
  readonly conflict: boolean
  /** How it travels; null while that is not decided. */
  readonly recoding: RecodingRecord | null
  /** Of which original this is another encoding, as its sender signed; null when it came as received. */
  readonly original: OriginalRecord | null
  readonly private: {
    readonly SOPInstanceUID: string
    readonly SOPClassUID: string
    readonly SeriesInstanceUID: string
    readonly TransferSyntaxUID: string
    /** Read when the instance is opened for reading; null at a hospital. */
    readonly image: ImageHeader | null
  }
}

/** The same instance in HTJ2K beside the received one, or why there is none. */
export type RecodingRecord =
  | {
      readonly kind: "recoded"
      readonly place: ObjectPlace
      /** Hex, of the recoded file. */
      readonly sha256: string
      readonly clearLengthBytes: number
    }
  | { readonly kind: "as-received"; readonly reason: AsReceived }

export interface OriginalRecord {
  /** Hex, of the file the hospital received. */
  readonly sha256: string
  readonly sha256DataSet: string
  readonly lengthBytes: number
  readonly TransferSyntaxUID: string
}

/** What the reading screen sorts and names images by. */
export interface ImageHeader {
  readonly Modality: string
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly InstanceNumber: number
  readonly NumberOfFrames: number
}

/** What a patient has acknowledged, and who has made sure (IHE BPPC). */
export interface Consent extends ConsentPolicy {
  /** Names the acknowledgement in its document, OID. */
  readonly id: string
  readonly at: string
  readonly by: { readonly account: string; readonly name: string }
}

/** The person or system that caused something to leave. */
export interface Principal {
  /** Login name, or `machine:NAME`. */
  readonly account: string
  readonly name: string
  /** Of the certificate they signed with (RFC 4514); null when they did not sign with one. */
  readonly certificateSubject: string | null
  /** Qualification by that certificate (hcRole), e.g. `Medical Doctor`; null when it names none. */
  readonly role: string | null
  readonly authenticatedBy: "passkey" | "certificate" | "own-signature" | "token"
  /** When they proved who they are: at the desk's door, or with the signature. */
  readonly authenticatedAt: string
}

export interface RequestRecord {
  readonly id: string
  /** How often the ledger has kept it; absent in what it has not kept yet. Goes back with the record: see `commit`. */
  readonly revision?: number
  readonly version: number
  readonly agreement: string
  readonly state: CaseState
  readonly urgency: Urgency
  readonly dueAt: string
  readonly requestedAt: string
  readonly slotId: SlotId
  /** Many to many (domain.md 1): what is to be read, and what to compare it with. Empty while nothing is bound. */
  readonly studies: readonly { readonly studyId: string; readonly role: StudyRole }[]
  /** The result is to be told by telephone. */
  readonly telephoneOnResult: boolean
  readonly urgencyHistory: readonly UrgencyChange[]
  readonly releaseWhenComplete: boolean
  /** The hospital has taken its images back: when it said so. Absent = no. */
  readonly recalledAt?: string
  /** End of the agreed retention of the request and its reports. */
  readonly keepUntil: string
  readonly readerId: string | null
  readonly readerName: string
  readonly private: {
    readonly requestNumber: string
    readonly patient: PatientView
    readonly text: RequestText
    readonly StudyInstanceUID: string
    readonly AccessionNumber: string
    /** entryUUID of the request document in the submission that brought or took it. */
    readonly enteredBy: string
    /** Absent = none is on record. */
    readonly consent?: Consent
    /** The patient's number in the agreement's affinity domain, as a person has said it; absent = nobody has. */
    readonly affinityPatientId?: string
    /** In whose name its images leave by themselves; absent at a reading centre. */
    readonly principal?: Principal
  }
}

/**
 * `study`: closes its delivery, or is all of it; `unit`: some of the images, which a `study` names later; `stamp`: the signature
 * of a report that left without its time stamp, with it.
 */
export type SubmissionKind =
  | "study"
  | "unit"
  | "report"
  | "stamp"
  | "receipt"
  | "refusal"
  | "recall"
  | "acknowledgement"
  | "certificate"
  | "phantom"
  | "phantom-report"
export type SubmissionState = "planned" | "sealed" | "sending" | "accepted" | "verified" | "failed"

export interface SubmissionRecord {
  readonly id: string
  /** How often the ledger has kept it; absent in what it has not kept yet. Goes back with the record: see `commit`. */
  readonly revision?: number
  readonly direction: "out" | "in"
  readonly kind: SubmissionKind
  readonly agreement: string
  readonly state: SubmissionState
  readonly studyId: string | null
  readonly requestId: string | null
  readonly reportId: string | null
  /** The submission this one answers (receipt, refusal); of a certificate, the account it states. */
  readonly answers: string | null
  /** Of a unit we sent: the submission that closes its delivery. */
  readonly partOf?: string
  /**
   * Of a study whose units leave while it still comes in: when it was released; null = not yet, and it does not leave. Absent:
   * it was released when this was planned.
   */
  readonly releasedAt?: string | null
  /** Of a study that is to leave on a medium: all its units are made, and closed, at once. Absent = no. */
  readonly onMedium?: true
  /** SubmissionSet.uniqueId, "" while planned. */
  readonly submissionSetUid: string
  readonly slotId: SlotId
  /** Segment of an inbound submission: dropped whole when it is refused. */
  readonly segmentId: string | null
  readonly attempts: number
  /** Attempts that ended without an answer: the other side may have it. Absent = none. */
  readonly unanswered?: number
  readonly failureCode: string | null
  readonly createdAt: string
  readonly acceptedAt: string | null
  readonly verifiedAt: string | null
  /** As it was sent; before it is made, what is still to be made ready for it. */
  readonly bytesTotal: number
  readonly private: {
    readonly submission: Submission | null
    readonly verdict: Verdict | null
    /** Outbound: who caused it; absent = the gateway itself. */
    readonly principal?: Principal
    /** Inbound: who sent it, as the partner says; absent = it does not say. */
    readonly asserted?: AssertedUser
    /** Inbound: the medium it came on first, and who read it in; absent = it came over the line. */
    readonly cameOn?: ReadIn
  }
}

export type DocumentRole =
  | "instance"
  | "manifest"
  | "request"
  | "cda"
  | "pdf"
  | "signature"
  | "set-signature"
  | "receipt"
  | "refusal"
  | "recall"
  | "acknowledgement"
  | "certificate"
  | "recoding"
  | "announcement"
  | "consent"
  | "attachment"
  | "zip"
/** One document of a submission: a sealed object and, outbound, the CMS header made for its recipients once. */
export interface DocumentRecord {
  readonly submissionId: string
  readonly ordinal: number
  readonly role: DocumentRole
  /** uniqueId of the ZIP it lies in: by itself it is no document of the submission. Absent = it is one. */
  readonly within?: string
  readonly uniqueId: string
  readonly entryUUID: string
  readonly place: ObjectPlace
  /** SHA-1 and size of the transmitted octets (ITI TF-3 4.2.3.2.10, .24). */
  readonly hash: string
  readonly sizeBytes: number
  /** SHA-256 of the clear octets, hex. */
  readonly sha256: string
  readonly clearMimeType: string
  readonly private: {
    readonly envelopePrefix: string
    readonly envelopeSuffix: string
    /** Between the two stands the clear document, or its encryption under a key for this recipient; absent = the ciphertext as it lies in the spool. */
    readonly body?: "clear" | { readonly cek: string; readonly iv: string }
  }
}

/** A signature document that was received, with evidence and time stamps added here. The received one stays as it is. */
export interface LongTermCopy {
  readonly place: ObjectPlace
  readonly sha256: string
  readonly level: SignatureLevel
  readonly at: string
  /** Of the copies made so far: 1, 2, … */
  readonly version: number
}

/** What a reader has agreed to by passkey over the frozen digests, and nothing has signed yet (`signature-pending`). */
export interface ApprovedReport {
  readonly at: string
  /** Whose key signs it. */
  readonly reader: Pick<Person, "login" | "name">
  readonly waitsFor: SignatureWait
}

export interface ReportRecord {
  readonly id: string
  /** How often the ledger has kept it; absent in what it has not kept yet. Goes back with the record: see `commit`. */
  readonly revision?: number
  readonly requestId: string
  readonly studyId: string
  readonly agreement: string
  /** CDA setId (OID): versions of one document, the report or an addendum (lineage.ts). */
  readonly setId: string
  readonly version: number
  /** Of every version of an addendum: which version of which set its first one was added to. Absent = the report itself. */
  readonly appends?: { readonly setId: string; readonly version: number }
  readonly status: ReportStatus
  readonly readerId: string
  readonly readerName: string
  readonly slotId: SlotId
  readonly draftVersion: number
  readonly prepareId: string | null
  readonly preparedAt: string | null
  /** Of a draft: approved, and not signed yet (read/sign-later.ts). Absent or null = it is not. */
  readonly approved?: ApprovedReport | null
  readonly signedAt: string | null
  /** When the signature got its time stamp; null while no authority has answered: it is `timestamp-pending` (submit/stamp.ts). */
  readonly stampedAt: string | null
  /** Submission that carries it. */
  readonly submissionId: string | null
  readonly acknowledgedAt: string | null
  readonly acknowledgedBy: string
  readonly acknowledgedSeenAt: string | null
  readonly private: {
    readonly draft: ReportDraft
    readonly documents: readonly {
      readonly role: DocumentRole
      readonly uniqueId: string
      readonly place: ObjectPlace
      readonly sha256: string
    }[]
    /** How many pictures stand in the CDA. */
    readonly keyImages: number
    /** What stands under each, at the hospital; absent = not kept. */
    readonly captions?: readonly string[]
    readonly signature: Verdict | null
    /** Our own copy of the signature document, which outlasts the received one; absent = there is none. */
    readonly longTerm?: LongTermCopy
    /** What the reader's passkey was asked to agree to, and the assertion it answered with; base64. */
    readonly intent: string
    readonly assertion: string
  }
}

/**
 * A deletion certificate: made by who destroyed, kept by whose data it was. It is begun before anything is destroyed, or
 * when it comes in; it says something once it has a destruction or a verdict.
 */
export interface CertificateRecord {
  /** Why, where it was not the end of the term. */
  readonly reason?: "request"
  readonly id: string
  readonly agreement: string
  /** "" when there was none. */
  readonly studyId: string
  readonly requestId: string
  readonly what: Destroyed
  readonly at: string
  readonly objects: number
  readonly statement: string
  readonly verdict: Verdict | null
  /** At who destroyed: what was done; null at whose data it was, and before. */
  readonly destruction: Destruction | null
  /** A slot of its own, and a term: it outlives what it is about. */
  readonly slotId: SlotId
  readonly keepUntil: string
  /** At whose data it was: what it names beside what was sent. */
  readonly compared: readonly ComparedSubmission[]
  readonly private: {
    readonly PatientID: string
    readonly StudyInstanceUID: string
    readonly AccessionNumber: string
    readonly requestNumber: string
    /** At who destroyed: read before it could be read no more. */
    readonly submissions: readonly DestroyedSubmission[]
    readonly bytes: number
    /** At who destroyed: the media it came on or left on, in words; absent = none. */
    readonly media?: readonly string[]
  }
}

export type Verb =
  | "assemble"
  | "recode"
  | "package"
  | "submit"
  | "verify"
  | "expire"
  | "commit"
  | "deliver"
  | "notify"
  | "renew"
  | "stamp"
  | "sign"

export interface JobRecord {
  readonly id: string
  readonly verb: Verb
  /** Id of the thing the verb works on; one job runs per subject at a time. */
  readonly subject: string
  readonly runAt: string
  readonly attempts: number
  readonly failureCode: string | null
  /** Of a job that sends: its agreement. Read, never written: the ledger knows it by the subject. */
  readonly partner?: string
  /** It waits for a place on the line and for nothing else. Written, never read back. */
  readonly forPlace?: true
}

/** A station reached, for the way line and the timeline. */
export interface Milestone {
  readonly subject: string
  readonly name: string
  readonly at: string
}

/** So many, and since when the oldest of them waits. */
export interface Waiting {
  readonly count: number
  readonly oldestAt: string | null
}
/** What has arrived, and what waits: counted, for whoever watches the machine. */
export interface Standing {
  /** The newest thousand studies, newest first. */
  readonly arrivals: readonly {
    readonly callingAE: string
    readonly instances: number
    readonly lastAt: string
  }[]
  /**
   * On the way to a partner and not there yet, or given up. `stat`: how many of them are for STAT requests. Units count with
   * their bytes alone: the study they are part of is one thing that waits. `inUnits`: of how many studies units are in this state.
   */
  readonly outgoing: readonly {
    readonly agreement: string
    readonly state: "planned" | "sealed" | "sending" | "failed"
    readonly count: number
    readonly oldestAt: string
    readonly bytes: number
    readonly stat: number
    readonly inUnits: number
  }[]
  /** By agreement, when a submission of ours was last accepted. */
  readonly acceptedAt: ReadonlyMap<string, string | null>
  readonly commitments: Waiting
  readonly deliveries: { readonly planned: Waiting; readonly failed: Waiting }
}

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
