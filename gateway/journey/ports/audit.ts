/** What steps tell the audit trail, and who reads it. */
import type { Medium } from "./media.ts"
import type { AssertedUser } from "./outside.ts"

/** One thing that happened, in the words of docs/audit; turned into an ATNA message by the trail. */
export interface AuditEvent {
  readonly event:
    | "application-start"
    | "application-stop"
    | "instances-received"
    | "instances-added"
    | "media-imported"
    | "instances-sent"
    | "export"
    | "import"
    | "images-stored"
    | "medium-exported"
    | "medium-read"
    | "study-accessed"
    | "study-changed"
    | "report-accessed"
    | "evidence-exported"
    | "login"
    | "login-failed"
    | "logout"
    | "session-ended"
    | "credential-added"
    | "account-changed"
    | "request-entered"
    | "requests-listed"
    | "consent-recorded"
    | "patient-identified"
    | "node-authentication-failure"
    | "node-tested"
    | "security-alert"
    | "signed"
    | "verified"
    | "study-deleted"
    | "report-deleted"
    | "audit-used"
    | "configuration"
  readonly outcome: "success" | "minor" | "serious" | "major"
  readonly at: string
  /** The medium it came on or leaves on. */
  readonly medium?: Medium
  /** Login name or AE title of who acted; our own process when absent. */
  readonly user: string | null
  readonly userName: string | null
  readonly peer: { readonly id: string; readonly address: string } | null
  readonly PatientID: string | null
  readonly StudyInstanceUID: string | null
  /** SubmissionSet.uniqueId, report id, or node id by event. */
  readonly objectId: string | null
  readonly SOPClassUID: string | null
  readonly instances: number | null
  /** A sentence without patient data. */
  readonly description: string | null
  /** Who acted at the gateway that sent, as its message says; absent = it says nothing. */
  readonly asserted?: AssertedUser | null
}

export interface AuditTrail {
  /** Chained and fdatasynced in order when it resolves. Repeating an event with the same key appends once. */
  record(entries: readonly { readonly key: string; readonly event: AuditEvent }[]): Promise<void>
}

/** Behind the n-th record of the trail. */
export interface TrailPlace {
  readonly n: number
  /** Of that record: a place is good in the trail it was taken from, and in no other. */
  readonly hash: string
  /** Where the record ends in the file. */
  readonly endBytes: number
}

export interface TrailRecord {
  /** The ATNA message, XML. */
  readonly message: string
  readonly place: TrailPlace
}

/** The trail for whoever passes it on. */
export interface TrailReader {
  /** How many records are durable. */
  readonly records: number
  /** Is it a place of this trail? */
  holds(place: TrailPlace): Promise<boolean>
  /** What is durable behind a place (null = from the first record on), in order, as far as it goes at the call. Throws
   *  ERR_AUDIT_CHAIN at what is no record. */
  after(place: TrailPlace | null): AsyncIterable<TrailRecord>
  /** Told after every append. */
  readonly followers: Set<() => void>
}

/** How far somebody has been told the trail; one for each collector. */
export interface SentMark {
  /** null = nothing was sent yet, or the mark cannot be read any more. */
  read(): Promise<TrailPlace | null>
  /** Durable when it resolves. */
  write(place: TrailPlace): Promise<void>
}
