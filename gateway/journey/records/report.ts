/** What the ledger keeps of a report. */
import type { Person } from "../ports/person.ts"
import type { ObjectPlace, SlotId } from "../ports/spool.ts"
import type { ReportDraft, ReportStatus, SignatureWait } from "../views/reading.ts"
import type { Verdict } from "../views/verdict.ts"
import type { DocumentRole, LongTermCopy } from "./submission.ts"

/** What a reader has agreed to by passkey over the frozen digests, and nothing has signed yet (`signature-pending`). */
export interface ApprovedReport {
  readonly at: string
  /** Whose key signs it. */
  readonly reader: Pick<Person, "login" | "name">
  readonly waitsFor: SignatureWait
}

/** What frozen bytes are to be: a report, for its reader's signature, or a preliminary document, for nobody's. */
export type PreparedAs = "report" | "preliminary"

/** A preliminary document that a reader released, and the submission that takes it to the hospital (read/preliminary.ts). */
export interface ReleasedPreliminary {
  readonly submissionId: string
  readonly version: number
  readonly at: string
  readonly documents: ReportRecord["private"]["documents"]
  /** As of a report: what the passkey was asked to agree to, and its answer; base64. */
  readonly intent: string
  readonly assertion: string
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
  /** Of the first version that is signed, and of its draft: the preliminary document whose place it takes. Absent = none. */
  readonly preliminary?: { readonly version: number; readonly documentId: string }
  readonly status: ReportStatus
  readonly readerId: string
  readonly readerName: string
  readonly slotId: SlotId
  readonly draftVersion: number
  readonly prepareId: string | null
  readonly preparedAt: string | null
  /** What was frozen for; absent or null = a report. */
  readonly preparedAs?: PreparedAs | null
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
    /** At the reading centre: what was released before the report was signed, oldest first. Absent = nothing. */
    readonly preliminaries?: readonly ReleasedPreliminary[]
    readonly signature: Verdict | null
    /** Our own copy of the signature document, which outlasts the received one; absent = there is none. */
    readonly longTerm?: LongTermCopy
    /** What the reader's passkey was asked to agree to, and the assertion it answered with; base64. */
    readonly intent: string
    readonly assertion: string
  }
}
