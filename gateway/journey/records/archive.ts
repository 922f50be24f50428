/**
 * What the ledger keeps of the hospital's own DICOM nodes: commitments asked for by devices and relayed to the
 * archive, reports delivered to it. Types only.
 */
import type { CommitmentRequest, CommitmentResult } from "../../standards/dicom/storage-commitment.ts"

export type CommitmentState = "requested" | "asked" | "answered" | "told" | "failed"

/** One N-ACTION of a device (PS3.4 J.3.2). */
export interface CommitmentRecord {
  readonly id: string
  readonly state: CommitmentState
  /** Who asked, in its own words. */
  readonly callingAE: string
  readonly TransactionUID: string
  /** Ours, towards the archive. */
  readonly relayedTransactionUID: string
  readonly instances: number
  /** Of these, how many the archive has promised to keep; 0 while it has not answered. */
  readonly committed: number
  readonly requestedAt: string
  readonly answeredAt: string | null
  readonly toldAt: string | null
  readonly failureCode: string | null
  /** Which instances; sealed while they wait to be asked for or told, and dropped when they are told. */
  readonly private: {
    readonly request: CommitmentRequest | null
    readonly result: CommitmentResult | null
  }
}

export type DeliveryState = "planned" | "delivered" | "failed"
/** What a report became in the archive. */
export type DeliveryForm = "encapsulated-pdf" | "secondary-capture"

/** One report on its way to one place of the hospital; the receipt of that place is `deliveredAt`. */
export interface DeliveryRecord {
  /** Report id and channel. */
  readonly id: string
  readonly reportId: string
  readonly requestId: string
  readonly channel: "archive"
  readonly state: DeliveryState
  /** AE title it went to, "" while it has not. */
  readonly aeTitle: string
  readonly form: DeliveryForm | null
  readonly plannedAt: string
  readonly deliveredAt: string | null
  readonly failureCode: string | null
}

export type ArchiveChange =
  | { readonly put: "commitment"; readonly record: CommitmentRecord }
  | { readonly put: "delivery"; readonly record: DeliveryRecord }

/** The part of the ledger these are kept in. */
export interface ArchiveLedger {
  commitment(id: string): Promise<CommitmentRecord | null>
  /** Everything this device has asked for under this Transaction UID, newest first. */
  commitmentsOf(callingAE: string, TransactionUID: string): Promise<readonly CommitmentRecord[]>
  commitmentByRelay(relayedTransactionUID: string): Promise<CommitmentRecord | null>
  /** Have we an instance of this SOP Instance UID, in whichever study? */
  knowsInstance(SOPInstanceUID: string): Promise<boolean>
  /** A study that has an instance of this UID; null when none has. */
  studyOfInstance(SOPInstanceUID: string): Promise<string | null>
  delivery(id: string): Promise<DeliveryRecord | null>
  deliveriesOf(reportId: string): Promise<readonly DeliveryRecord[]>
}
