/** Which images are urgent while they arrive: what is kept back on the disk is for them. */
import { isSamePatient, names } from "../assemble/bind.ts"
import type { Room } from "../ports/spool.ts"
import type { StudyRecord } from "../records/study.ts"
import type { World } from "../world.ts"

/**
 * How much of the disk an arriving study may take. Requests are looked through only where it matters: when routine images
 * are being refused.
 *
 * @param fromUrgentDevice every image of the device that sends it is urgent
 */
export async function roomFor(world: World, study: StudyRecord, fromUrgentDevice: boolean): Promise<Room> {
  if (fromUrgentDevice) return "reserved"
  if (await world.spool.hasRoom("routine")) return "routine"
  return (await isAwaitedUrgently(world, study)) ? "reserved" : "routine"
}

/** A STAT request is bound to it, or names it and waits for it. */
async function isAwaitedUrgently(world: World, study: StudyRecord): Promise<boolean> {
  const bound = await world.ledger.requestsOfStudy(study.id)
  const waiting = (await world.ledger.unboundRequests()).filter(
    (each) => isSamePatient(each, study) && names(each, study),
  )
  return [...bound, ...waiting].some(({ urgency }) => urgency === "STAT")
}
