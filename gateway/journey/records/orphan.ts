/** What a start need not look at, and what a recovery found in the spool and could not derive: kept, listed for a person.
 *  Types only. */
import type { SegmentId, SlotClass, SlotId } from "../ports/spool.ts"

/** All of it that lies in one slot. Ids, counts and times: nothing about a patient. */
export interface OrphanRecord {
  readonly slotId: SlotId
  readonly slotClass: SlotClass
  /** Nothing in the ledger names the slot: it is destroyed as a whole. Else these segments lie among others' objects. */
  readonly wholeSlot: boolean
  readonly segmentIds: readonly SegmentId[]
  readonly objects: number
  /** Of ciphertext. */
  readonly bytes: number
  /** The agreement it came in under; null for what was made here, or when a slot holds nothing any more. */
  readonly agreement: string | null
  readonly firstArrivalAt: string | null
  readonly foundAt: string
  /** Then it is destroyed, unless a person did so before. */
  readonly keepUntil: string
  readonly destroyedAt: string | null
}

export interface OrphanLedger {
  /** Kept ones, every one of them. */
  orphans(): Promise<readonly OrphanRecord[]>
  orphan(slotId: SlotId): Promise<OrphanRecord | null>
  /** How many objects of this segment the ledger knows. For roll-forward. */
  objectsInSegment(segmentId: SegmentId): Promise<number>
  /** The slot in which the objects lie that the ledger knows of this segment; null when it knows none. */
  slotOfSegment(segmentId: SegmentId): Promise<SlotId | null>
  /** Closed segments all of whose objects were known at an earlier start. */
  settledSegments(): Promise<ReadonlySet<SegmentId>>
}

/** What a start learnt of closed segments, which are never opened for writing again. */
export interface SettledRecord {
  readonly found: readonly SegmentId[]
  /** Remembered, and not in the spool any more, as it should be. */
  readonly gone: readonly SegmentId[]
}

export interface SettledChange {
  readonly put: "settled"
  readonly record: SettledRecord
}

export interface OrphanChange {
  readonly put: "orphan"
  readonly record: OrphanRecord
}
