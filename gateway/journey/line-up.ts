/**
 * The line to a partner is up: it answered, or was heard from. What waited because it could not be reached goes now,
 * instead of when its own back-off ends; else the last of many would leave minutes after the first.
 */
import type { Change, JobRecord } from "./records.ts"
import type { World } from "./world.ts"

const NOT_REACHED: ReadonlySet<string | null> = new Set([
  "ERR_SUBMISSION_UNREACHABLE",
  "ERR_SUBMISSION_UNANSWERED",
])
/** More than wait at once go with the next answer. */
const AT_ONCE = 64

export async function lineUp(world: World, agreement: string): Promise<readonly Change[]> {
  const now = world.clock.now().toISOString()
  const changes: Change[] = []
  for (const job of await world.ledger.failingJobs(1, AT_ONCE)) {
    if (job.runAt > now && (await waitsFor(world, job, agreement)))
      changes.push({ put: "job", record: { ...job, runAt: now } })
  }
  return changes
}

async function waitsFor(world: World, job: JobRecord, agreement: string): Promise<boolean> {
  if (job.verb !== "submit" || !NOT_REACHED.has(job.failureCode)) return false
  return (await world.ledger.submission(job.subject))?.agreement === agreement
}
