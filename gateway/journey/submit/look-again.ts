/**
 * What waits because it failed is looked at once more when the gateway starts: a person may have corrected what it waited
 * for, and nobody should have to wait out its hour as well.
 */
import type { Change } from "../records/ledger.ts"
import type { World } from "../world.ts"

/** More of them come in their own time. */
const MAX_JOBS = 10_000

/** Before the runner starts. Returns how many. */
export async function lookAgain(world: Pick<World, "ledger" | "clock">): Promise<number> {
  const waiting = await world.ledger.failingJobs(1, MAX_JOBS)
  const runAt = world.clock.now().toISOString()
  // What people are told of them stands until the step has said something else.
  const changes = waiting.map((job): Change => ({ put: "job", record: { ...job, runAt } }))
  if (changes.length > 0) await world.ledger.commit(changes)
  return waiting.length
}
