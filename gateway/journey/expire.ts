/**
 * Expire: what must go now, and the proof that it went.
 *
 * Driven by state in the ledger, never by a timer alone: whatever is due when we look, goes. Order: stop readers →
 * record intent → destroy the slot → rows → certificate. Every step may be run again after a crash.
 */
import { expireRequest } from "./expire-request.ts"
import { expireStudy } from "./expire-study.ts"
import type { JobRecord } from "./records.ts"
import type { Outcome } from "./run.ts"
import type { World } from "./world.ts"

/** The job of a study or of a request; images have a term of their own, and go first. */
export async function expire(world: World, job: JobRecord): Promise<Outcome> {
  const study = await world.ledger.study(job.subject)
  if (study !== null) return expireStudy(world, study)
  const request = await world.ledger.request(job.subject)
  return request === null ? { changes: [] } : expireRequest(world, request)
}
