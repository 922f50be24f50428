/** What the spool found wrong on its disk. Everything here is for a person; nothing was thrown away for it. */
import type { SegmentId, SlotId } from "../../journey/ports/spool.ts"
import type { SpoolError } from "../../journey/errors.ts"

export type Rot =
  /** Bytes [offset, end) of a segment hold no whole frame though they should; they are left where they are. */
  | {
      readonly what: "frame"
      readonly slotId: SlotId
      readonly segmentId: SegmentId
      readonly offsetBytes: number
      readonly endBytes: number
      readonly cause: SpoolError
    }
  /** A whole segment is not there, and the ledger names objects of it. */
  | { readonly what: "segment"; readonly slotId: SlotId; readonly segmentId: SegmentId }
  /** Both copies of a slot are unreadable: what it kept cannot be opened. */
  | { readonly what: "slot"; readonly index: number; readonly cause: SpoolError }
  /** One copy of a slot was unreadable and has been written again from the other. */
  | { readonly what: "slot-mended"; readonly index: number }
  /** Segments without a slot: a destruction to be finished, or the slot rotted. */
  | { readonly what: "keyless"; readonly slotId: SlotId; readonly segmentIds: readonly SegmentId[] }
  /** How far the ledger has come could not be noted: an older ledger would not be told from this one. */
  | { readonly what: "mark"; readonly cause: SpoolError }

/** Something that was stored cannot be read. The rest is mended, or is about what is no object. */
export const isRotten = ({ what }: Rot): boolean => what === "frame" || what === "segment" || what === "slot"

/** The end of a segment that was being written when the power went; cut off, nobody had been told it arrived. */
export interface Torn {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  readonly offsetBytes: number
  readonly endBytes: number
}
