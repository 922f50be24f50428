/**
 * Storage Commitment Push Model (PS3.4 J.3): what its N-ACTION asks for and its N-EVENT-REPORT answers, as values and
 * as data sets. Storage media (0088,0130) is neither asked for nor promised.
 */
import { Malformed } from "../malformed.ts"
import { authoredBytes, type AuthoredItem } from "./authored-elements.ts"
import { readDataSet, type DataSet } from "./data-set.ts"
import { isoBytes } from "./octets.ts"
import { transferSyntax } from "./sop-classes.ts"
import { isTolerableUid } from "./uid.ts"

/** PS3.4 table J.3-1: the one action type. */
export const REQUEST_STORAGE_COMMITMENT = 1
/** PS3.4 table J.3-2: complete and successful, or complete with failures. */
export const COMMITMENT_EVENT = { success: 1, failuresExist: 2 } as const

/** Failure Reason (0008,1197), PS3.3 C.14.1.1. */
export const FAILURE_REASON = {
  processingFailure: 0x0110,
  noSuchInstance: 0x0112,
  classInstanceConflict: 0x0119,
  sopClassNotSupported: 0x0122,
  duplicateTransactionUID: 0x0131,
  resourceLimitation: 0x0213,
} as const

/** More than a study ever has; a request beyond it is not one study's. */
export const MAX_REFERENCES = 50_000

export interface Reference {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}
export interface FailedReference extends Reference {
  readonly FailureReason: number
}

/** Action information of the N-ACTION. */
export interface CommitmentRequest {
  readonly TransactionUID: string
  /** At least one. */
  readonly references: readonly Reference[]
}

/** Event information of the N-EVENT-REPORT. */
export interface CommitmentResult {
  readonly TransactionUID: string
  /** AE title from which the committed instances can be retrieved, "" when nothing is said. */
  readonly RetrieveAETitle: string
  readonly committed: readonly Reference[]
  readonly failed: readonly FailedReference[]
}

const CLAUSE = "PS3.4 J.3"

/** @throws Malformed those of `readDataSet`, `COMMITMENT_UID`, `COMMITMENT_EMPTY`, `COMMITMENT_TOO_LONG` */
export function readCommitmentRequest(bytes: Uint8Array, TransferSyntaxUID: string): CommitmentRequest {
  const { dataSet } = readDataSet(bytes, TransferSyntaxUID)
  const references = items(dataSet, "ReferencedSOPSequence").map(reference)
  if (references.length === 0) throw new Malformed("COMMITMENT_EMPTY", CLAUSE, "nothing is to be committed")
  return { TransactionUID: uid(dataSet, "TransactionUID"), references }
}

/** @throws as `readCommitmentRequest` */
export function readCommitmentResult(bytes: Uint8Array, TransferSyntaxUID: string): CommitmentResult {
  const { dataSet } = readDataSet(bytes, TransferSyntaxUID)
  const referenced = items(dataSet, "ReferencedSOPSequence")
  const failed = items(dataSet, "FailedSOPSequence").map((item) => ({
    ...reference(item),
    FailureReason: item.number("FailureReason") ?? FAILURE_REASON.processingFailure,
  }))
  if (referenced.length + failed.length === 0)
    throw new Malformed("COMMITMENT_EMPTY", CLAUSE, "the result speaks of no instance")
  return {
    TransactionUID: uid(dataSet, "TransactionUID"),
    // J.3.3.1.1: outside the sequence, or within its items; one node for all is what can be passed on.
    RetrieveAETitle: dataSet.text("RetrieveAETitle") || (referenced[0]?.text("RetrieveAETitle") ?? ""),
    committed: referenced.map(reference),
    failed,
  }
}

function items(dataSet: DataSet, keyword: string): readonly DataSet[] {
  const list = dataSet.items(keyword)
  if (list.length > MAX_REFERENCES)
    throw new Malformed("COMMITMENT_TOO_LONG", CLAUSE, `${list.length} references`)
  return list
}

const reference = (item: DataSet): Reference => ({
  SOPClassUID: uid(item, "ReferencedSOPClassUID"),
  SOPInstanceUID: uid(item, "ReferencedSOPInstanceUID"),
})

function uid(dataSet: DataSet, keyword: string): string {
  const value = dataSet.text(keyword)
  if (!isTolerableUid(value)) throw new Malformed("COMMITMENT_UID", "PS3.5 9.1", `${keyword} is not a UID`)
  return value
}

export function writeCommitmentRequest(
  { TransactionUID, references }: CommitmentRequest,
  TransferSyntaxUID: string,
): Uint8Array {
  return written({ TransactionUID, ReferencedSOPSequence: references.map(asItem) }, TransferSyntaxUID)
}

export function writeCommitmentResult(result: CommitmentResult, TransferSyntaxUID: string): Uint8Array {
  const { TransactionUID, RetrieveAETitle, committed, failed } = result
  const failures = failed.map((each) => ({ ...asItem(each), FailureReason: each.FailureReason }))
  return written(
    {
      TransactionUID,
      ...(RetrieveAETitle === "" ? {} : { RetrieveAETitle }),
      ...(committed.length === 0 ? {} : { ReferencedSOPSequence: committed.map(asItem) }),
      ...(failures.length === 0 ? {} : { FailedSOPSequence: failures }),
    },
    TransferSyntaxUID,
  )
}

/** The event type that fits a result. */
export const eventOf = ({ failed }: CommitmentResult): number =>
  failed.length === 0 ? COMMITMENT_EVENT.success : COMMITMENT_EVENT.failuresExist

const asItem = ({ SOPClassUID, SOPInstanceUID }: Reference): AuthoredItem => ({
  ReferencedSOPClassUID: SOPClassUID,
  ReferencedSOPInstanceUID: SOPInstanceUID,
})

function written(item: AuthoredItem, TransferSyntaxUID: string): Uint8Array {
  const encoding =
    transferSyntax(TransferSyntaxUID)?.encoding === "implicit-le" ? "implicit-le" : "explicit-le"
  return authoredBytes(item, { encoding, text: isoBytes })
}

/** Every instance that was asked for has one answer: what a result leaves out was not promised. */
export function settled(request: CommitmentRequest, result: CommitmentResult): CommitmentResult {
  const committed = new Set(result.committed.map(({ SOPInstanceUID }) => SOPInstanceUID))
  const reasons = new Map(result.failed.map((each) => [each.SOPInstanceUID, each.FailureReason]))
  const failed = request.references
    .filter(({ SOPInstanceUID }) => reasons.has(SOPInstanceUID) || !committed.has(SOPInstanceUID))
    .map((each) => ({
      ...each,
      FailureReason: reasons.get(each.SOPInstanceUID) ?? FAILURE_REASON.processingFailure,
    }))
  const refused = new Set(failed.map(({ SOPInstanceUID }) => SOPInstanceUID))
  return {
    TransactionUID: request.TransactionUID,
    RetrieveAETitle: result.RetrieveAETitle,
    committed: request.references.filter(({ SOPInstanceUID }) => !refused.has(SOPInstanceUID)),
    failed,
  }
}
