/**
 * Expire: what must go now, and the proof that it went.
 *
 * Driven by state in the ledger, never by a timer alone: whatever is due when we look, goes. Order: stop readers →
 * record intent → destroy the slot → rows → certificate. Every step may be run again after a crash.
 */
import { receivedSlots } from "../receive/arrival.ts"
import { expireCertificate } from "./expire-certificate.ts"
import { expireRequest } from "./expire-request.ts"
import { expireStudy } from "./expire-study.ts"
import { expireOrphan, orphansUntil } from "./orphan.ts"
import type { SlotId } from "../ports/spool.ts"
import type { JobRecord } from "../records/job.ts"
import type { Outcome } from "../run.ts"
import { expireSelfTest } from "../self-test/end-self-test.ts"
import type { World } from "../world.ts"

/** The job of a study, a request, a certificate, an orphan or a self-test; images have a term of their own, and go first. */
export async function expire(world: World, job: JobRecord): Promise<Outcome> {
  const study = await world.ledger.study(job.subject)
  if (study !== null) return afterOrphans(world, receivedSlots(study), () => expireStudy(world, study))
  const request = await world.ledger.request(job.subject)
  if (request !== null) return afterOrphans(world, [request.slotId], () => expireRequest(world, request))
  const certificate = await world.ledger.certificate(job.subject)
  if (certificate !== null) return expireCertificate(world, certificate)
  const orphan = await world.ledger.orphan(job.subject)
  return orphan === null ? expireSelfTest(world, job.subject) : expireOrphan(world, orphan)
}

/** What lies in a slot and nobody could place is not erased with it before its own term. */
async function afterOrphans(
  world: World,
  slotIds: readonly SlotId[],
  expireThem: () => Promise<Outcome>,
): Promise<Outcome> {
  const until = await orphansUntil(world, slotIds)
  if (until === null || until <= world.clock.now()) return expireThem()
  return { changes: [], again: { at: until, failureCode: null } }
}
