/** What the ledger keeps of a destruction that was proven. */
import type { Destroyed, DestroyedSubmission } from "../../standards/notice/deletion-certificate.ts"
import type { Destruction, SlotId } from "../ports/spool.ts"
import type { ComparedSubmission } from "../views/staff.ts"
import type { Verdict } from "../views/verdict.ts"

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
