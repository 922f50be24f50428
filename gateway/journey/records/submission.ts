/** What the ledger keeps of a submission and its documents. */
import type { SignatureLevel } from "../../standards/dsg/verdict.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import type { ReadIn } from "../ports/media.ts"
import type { AssertedUser } from "../ports/outside.ts"
import type { ObjectPlace, SlotId } from "../ports/spool.ts"
import type { Verdict } from "../views/verdict.ts"
import type { Principal } from "./request.ts"

/**
 * `study`: closes its delivery, or is all of it; `unit`: some of the images, which a `study` names later; `stamp`: the signature
 * of a report that left without its time stamp, with it; `preliminary`: what is said before the report is signed.
 */
export type SubmissionKind =
  | "study"
  | "unit"
  | "report"
  | "stamp"
  | "preliminary"
  | "receipt"
  | "refusal"
  | "recall"
  | "acknowledgement"
  | "certificate"
  | "phantom"
  | "phantom-report"

export type SubmissionState = "planned" | "sealed" | "sending" | "accepted" | "verified" | "failed"

/** What a preliminary document says, at the hospital: there is no report to keep it with. */
export interface PreliminaryText {
  readonly setId: string
  readonly version: number
  readonly documentId: string
  readonly effectiveTime: string
  readonly readerName: string
  readonly findings: string
  readonly impression: string
}

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
    /** Of a preliminary document that came: what it says. Absent = it is none, or does not hold. */
    readonly preliminary?: PreliminaryText
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
