/**
 * Roll forward: after a crash, make the ledger agree with the spool.
 *
 * The ledger is the newest there ever was (its count of commits says so, docs/adr/0007): what it does not know was never
 * acknowledged, except for instances. An instance whose frame is durable was, or may have been, answered with success: it
 * is filed. Frames of a submission the ledger does not know were never answered: their segment is dropped, the sender
 * repeats it. New documents without a row belong to a packaging that is run again: dropped too. A slot that nothing in the
 * ledger names was made just before the crash, and goes. Of an older ledger none of this is true: `recover.ts`.
 */
import { arrivalChanges, beginStudy, isOfPatient, openStudies, receivedSlots } from "../receive/arrival.ts"
import { clearHead } from "../clear-object.ts"
import { studyHeader } from "../header.ts"
import type { SealedObject, Spool } from "../ports/spool.ts"
import type { StudyRecord } from "../records/study.ts"
import { survey, unnamedSlots } from "./survey.ts"
import type { Stores } from "../world.ts"

/** Identification and patient module lie in the first bytes (PS3.5 7.1: ascending tags). */
export const HEADER_BYTES = 64 * 1024

export interface RolledForward {
  readonly instancesFiled: number
  readonly segmentsDropped: number
  readonly slotsDestroyed: number
}

/** Runs before anything is received or sent. */
export async function rollForward(world: Stores, spool: Spool): Promise<RolledForward> {
  const { instances, strays, lost, settled } = await survey(world, spool)
  for (const { slotId, segmentId } of lost) spool.lost(slotId, segmentId)
  const instancesFiled = await fileInstances(world, instances)
  for (const { slotId, segmentId } of strays) await spool.discardSegment(slotId, segmentId)
  if (settled.found.length + settled.gone.length > 0)
    await world.ledger.commit([{ put: "settled", record: settled }])
  // Last: by now every slot with an image in it has its study.
  const unnamed = await unnamedSlots(world, spool)
  for (const { slotId } of unnamed) await spool.destroySlot(slotId)
  return { instancesFiled, segmentsDropped: strays.length, slotsDestroyed: unnamed.length }
}

/** What lies in the slots and no study has: each slot's study gets its rows, or is begun. */
export async function fileInstances(
  world: Stores,
  instances: ReadonlyMap<string, readonly SealedObject[]>,
): Promise<number> {
  let filed = 0
  for (const objects of instances.values()) filed += await fileSlot(world, objects)
  return filed
}

async function fileSlot(world: Stores, objects: readonly SealedObject[]): Promise<number> {
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

async function studyOfSlot(world: Stores, object: SealedObject): Promise<StudyRecord> {
  const { StudyInstanceUID, callingAE } = object.facts.meta
  const studies = await world.ledger.studiesByUid(StudyInstanceUID)
  const known = studies.find(
    (each) => each.joinedTo === undefined && receivedSlots(each).includes(object.place.slotId),
  )
  if (known !== undefined) return known
  const header = studyHeader(await clearHead(world.spool, object.place, HEADER_BYTES), world.syntaxOf)
  const uidInUse = (await openStudies(world, StudyInstanceUID)).some(
    (each) => !isOfPatient(each, header.patient.PatientID),
  )
  return beginStudy(world, object.place.slotId, header, callingAE, uidInUse)
}
