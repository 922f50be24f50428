/** Survey: what lies in the spool and the ledger does not know. Nothing is changed by looking. */
import type { OrphanLedger, SettledRecord } from "../records/orphan.ts"
import type { SealedObject, SegmentId, SlotClass, SlotId, Spool } from "../ports/spool.ts"
import { isLive } from "../live-slot.ts"
import type { Stores } from "../world.ts"

/** A segment with frames of submissions or documents that the ledger does not know, and those frames counted. */
export interface Stray {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  readonly objects: number
  /** Of ciphertext. */
  readonly bytes: number
  /** What its frames say they came from: an agreement, or this site itself. */
  readonly source: string
  readonly firstArrivalAt: string
}

/** A segment that is not in the spool, while its slot lives and the ledger names objects of it. */
export interface Lost {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
}

export interface Survey {
  /** By slot, oldest segment first. */
  readonly instances: ReadonlyMap<SlotId, readonly SealedObject[]>
  readonly strays: readonly Stray[]
  readonly lost: readonly Lost[]
  /** Of the segments that are as the ledger knows them: for the ledger to remember and to forget. */
  readonly settled: SettledRecord
}

/** How much was looked at so far, for a progress line. */
export type Looked = (objects: number, bytes: number) => void

/**
 * Not opened: segments that were settled at an earlier start. Glanced at: closed ones of which the ledger knows as many
 * objects as there are, and orphans it keeps. Read: all others.
 */
export async function survey(
  { ledger }: Stores,
  spool: Spool,
  looked: Looked = () => undefined,
): Promise<Survey> {
  const kept = new Set((await ledger.orphans()).flatMap(({ segmentIds }) => segmentIds))
  const gone = new Set(await ledger.settledSegments())
  const found: SegmentId[] = []
  const isRemembered = (segmentId: SegmentId): boolean => gone.delete(segmentId)
  const isSettled = async (segmentId: SegmentId, frames: number): Promise<boolean> => {
    if (kept.has(segmentId)) return true
    if ((await ledger.objectsInSegment(segmentId)) !== frames) return false
    found.push(segmentId)
    return true
  }
  const instances = new Map<SlotId, SealedObject[]>()
  const strays = new Map<SegmentId, Stray>()
  const seen = { objects: 0, bytes: 0 }
  for await (const object of spool.scan({ isRemembered, isSettled })) {
    const { place, facts } = object
    seen.objects += 1
    seen.bytes += facts.ciphertextLengthBytes
    looked(seen.objects, seen.bytes)
    if (kept.has(place.segmentId) || (await ledger.knows(place.objectId, facts.kind))) continue
    if (facts.kind === "instance") {
      const beside = instances.get(place.slotId)
      if (beside === undefined) instances.set(place.slotId, [object])
      else beside.push(object)
    } else {
      strays.set(place.segmentId, withOneMore(strays.get(place.segmentId), object))
    }
  }
  const lost = await lostOf(ledger, spool, gone)
  // Remembered as long as it is missed: each start tells it.
  for (const { segmentId } of lost) gone.delete(segmentId)
  return { instances, strays: [...strays.values()], lost, settled: { found, gone: [...gone] } }
}

/** What went with its slot, or with its rows, was to go. */
async function lostOf(
  ledger: Pick<OrphanLedger, "slotOfSegment">,
  spool: Spool,
  gone: ReadonlySet<SegmentId>,
): Promise<Lost[]> {
  const lost: Lost[] = []
  for (const segmentId of gone) {
    const slotId = await ledger.slotOfSegment(segmentId)
    if (slotId !== null && isLive({ spool }, slotId)) lost.push({ slotId, segmentId })
  }
  return lost
}

function withOneMore(stray: Stray | undefined, { place, facts }: SealedObject): Stray {
  return {
    slotId: place.slotId,
    segmentId: place.segmentId,
    objects: (stray?.objects ?? 0) + 1,
    bytes: (stray?.bytes ?? 0) + facts.ciphertextLengthBytes,
    source: stray?.source ?? facts.meta.source,
    firstArrivalAt: stray?.firstArrivalAt ?? facts.meta.receivedAt,
  }
}

/** Slots that no study, request, certificate or kept orphan names. */
export async function unnamedSlots(
  { ledger }: Stores,
  spool: Spool,
): Promise<readonly { readonly slotId: SlotId; readonly slotClass: SlotClass }[]> {
  const named = await ledger.slotsInUse()
  const kept = new Set((await ledger.orphans()).map(({ slotId }) => slotId))
  return spool.slots.filter(({ slotId }) => !named.has(slotId) && !kept.has(slotId))
}
