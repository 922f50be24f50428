/** Frames recoded lately, so that two readers, or one who scrolls back, do not pay twice. Memory only, by bytes. */
import type { EncodedFrame } from "../ports/reading-desk.ts"
import type { ObjectPlace, SlotId } from "../ports/spool.ts"

export const FRAME_CACHE_BYTES = 48 * 1024 * 1024

export interface FrameCache {
  /** @param number from 1 */
  get(place: ObjectPlace, number: number): EncodedFrame | null
  put(place: ObjectPlace, number: number, frame: EncodedFrame): void
  /** What came from a slot goes when its key goes. */
  forget(slotId: SlotId): void
}

const keyOf = ({ slotId, objectId }: ObjectPlace, number: number): string => `${slotId}/${objectId}/${number}`

export function frameCache(limitBytes = FRAME_CACHE_BYTES): FrameCache {
  const frames = new Map<string, EncodedFrame>()
  let heldBytes = 0
  const drop = (key: string): void => {
    heldBytes -= frames.get(key)?.bytes.length ?? 0
    frames.delete(key)
  }
  return {
    get: (place, number) => {
      const key = keyOf(place, number)
      const frame = frames.get(key)
      if (frame === undefined) return null
      // Newest last: the map's own order is the order of use.
      frames.delete(key)
      frames.set(key, frame)
      return frame
    },
    put: (place, number, frame) => {
      const key = keyOf(place, number)
      drop(key)
      if (frame.bytes.length > limitBytes) return
      frames.set(key, frame)
      heldBytes += frame.bytes.length
      for (const oldest of frames.keys()) {
        if (heldBytes <= limitBytes) return
        drop(oldest)
      }
    },
    forget: (slotId) => {
      for (const key of [...frames.keys()]) if (key.startsWith(`${slotId}/`)) drop(key)
    },
  }
}
