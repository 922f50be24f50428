/**
 * Roll forward: after a crash, make the ledger agree with the spool.
 *
 * An instance whose frame is durable was, or may have been, answered with success: it is filed. Frames of a
 * submission the ledger does not know were never answered: their segment is dropped, the sender repeats it.
 * New documents without a row belong to a packaging that is run again: dropped too. A slot that nothing in the ledger
 * names was made just before the crash, and goes.
 */
import { arrivalChanges, beginStudy, openStudies } from "./arrival.ts"
import { clearHead } from "./clear-object.ts"
import { studyHeader } from "./header.ts"
import type { SealedObject, SlotId, Spool } from "./ports.ts"
import type { StudyRecord } from "./records.ts"
import type { World } from "./world.ts"

/** Identification and patient module lie in the first bytes (PS3.5 7.1: ascending tags). */
export const HEADER_BYTES = 64 * 1024

export interface RolledForward {
  readonly instancesFiled: number
  readonly segmentsDropped: number
  readonly slotsDestroyed: number
}

/** Runs before anything is received or sent. */
export async function rollForward(world: World, spool: Spool): Promise<RolledForward> {
  const unknown = new Map<string, SealedObject[]>()
  const stray = new Map<string, SealedObject>()
  for await (const object of spool.scan()) {
    if (await world.ledger.knows(object.place.objectId, object.facts.kind)) continue
    if (object.facts.kind === "instance") {
      unknown.set(object.place.slotId, [...(unknown.get(object.place.slotId) ?? []), object])
    } else {
      stray.set(object.place.segmentId, object)
    }
  }
  let instancesFiled = 0
  for (const objects of unknown.values()) instancesFiled += await fileSlot(world, objects)
  for (const { place } of stray.values()) await spool.discardSegment(place.slotId, place.segmentId)
  const slotsDestroyed = await destroyUnnamed(world, spool)
  return { instancesFiled, segmentsDropped: stray.size, slotsDestroyed }
}

/** Last: by now every slot with an image in it has its study. */
async function destroyUnnamed(world: World, spool: Spool): Promise<number> {
  const named: ReadonlySet<SlotId> = await world.ledger.slotsInUse()
  const unnamed = spool.slots.filter(({ slotId }) => !named.has(slotId))
  for (const { slotId } of unnamed) await spool.destroySlot(slotId)
  return unnamed.length
}

async function fileSlot(world: World, objects: readonly SealedObject[]): Promise<number> {
  const [first] = objects
  if (first === undefined) return 0
  const study = await studyOfSlot(world, first)
  const fresh: { sealed: SealedObject; conflict: boolean }[] = []
  for (const sealed of objects) {
    const kept = await world.ledger.instancesByUid(study.id, sealed.facts.meta.uniqueId)
    const digest = Buffer.from(sealed.facts.sha256DataSet).toString("hex")
    if (kept.some((each) => each.sha256DataSet === digest)) continue
    const others = fresh.filter((each) => each.sealed.facts.meta.uniqueId === sealed.facts.meta.uniqueId)
    fresh.push({ sealed, conflict: kept.length + others.length > 0 })
  }
  if (fresh.length > 0) await world.ledger.commit(arrivalChanges(world, study, fresh))
  return fresh.length
}

async function studyOfSlot(world: World, object: SealedObject): Promise<StudyRecord> {
  const { StudyInstanceUID, callingAE } = object.facts.meta
  const studies = await world.ledger.studiesByUid(StudyInstanceUID)
  const known = studies.find((each) => each.slotId === object.place.slotId)
  if (known !== undefined) return known
  const header = studyHeader(await clearHead(world.spool, object.place, HEADER_BYTES))
  const uidInUse = (await openStudies(world, StudyInstanceUID)).some(
    (each) => each.private.patient.PatientID !== header.patient.PatientID,
  )
  return beginStudy(world, object.place.slotId, header, callingAE, uidInUse)
}
