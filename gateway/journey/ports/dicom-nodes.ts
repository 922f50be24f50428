/** DICOM nodes that steps call: the hospital's archive and those who ask for storage commitment. */
import type { CommitmentRequest, CommitmentResult } from "../../standards/dicom/storage-commitment.ts"
import type { StoreAnswer } from "./inbound.ts"

/** The hospital's archive, as reports are kept in it. */
export interface ReportArchive {
  readonly aeTitle: string
  readonly address: string
  /** C-STORE of all, over one association; resolves when each was answered with success or a warning. May be repeated:
   *  an instance is known by its SOP Instance UID. Throws AssociationError (ERR_ASSOCIATION_CONTEXT when the archive
   *  does not take the SOP Class at all), DimseError. */
  store(SOPClassUID: string, instances: readonly OutboundInstance[]): Promise<void>
}

export interface OutboundInstance {
  readonly SOPInstanceUID: string
  /** Written in this transfer syntax, one of the two uncompressed little endian ones. */
  readonly dataSet: (TransferSyntaxUID: string) => Uint8Array
}

/** What others say of storage commitments (PS3.4 J): devices ask, the archive answers. */
export interface CommitmentHandler {
  /** N-ACTION: durable when it resolves with status 0 (PS3.7 10.1.4.1.10). */
  request(peer: DicomPeer, request: CommitmentRequest): Promise<StoreAnswer>
  /** N-EVENT-REPORT: durable when it resolves with status 0. The same result may come twice. */
  result(peer: DicomPeer, result: CommitmentResult): Promise<StoreAnswer>
}

export interface DicomPeer {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
}

/** What we say of storage commitments. */
export interface CommitmentLine {
  /** N-ACTION to the archive; resolves when it has taken the request. May be repeated with the same Transaction UID.
   *  What it answers comes to `CommitmentHandler.result`. Throws AssociationError, DimseError. */
  ask(request: CommitmentRequest): Promise<void>
  /** N-EVENT-REPORT to a device: on the association that asked while it is open, else on a new one. May be repeated.
   *  Throws AssociationError, DimseError. */
  tell(aeTitle: string, result: CommitmentResult): Promise<void>
}
