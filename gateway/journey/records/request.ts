/** What the ledger keeps of a request, and of who acted. */
import type { StudyRole, UrgencyChange } from "../../standards/request/request-content.ts"
import type { SlotId } from "../ports/spool.ts"
import type { CaseState, ConsentPolicy, RequestText } from "../views/request.ts"
import type { PatientView, Urgency } from "../views/study.ts"

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
  /** Its slot was lost with the spool: when that was written down. Absent = no. */
  readonly lostAt?: string
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
