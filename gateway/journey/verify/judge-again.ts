/** New evidence is at hand: what waited for some is judged at once, not when its quarter of an hour is over. */
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { World } from "../world.ts"

/** More of them come in their own time. */
const MAX_JOBS = 10_000

/** What `verify` says of a job whose signature is not decided yet. */
const UNDECIDED: readonly JobRecord["failureCode"][] = ["ERR_CONTENT", "ERR_REPORT_SIGNATURE"]

/** Returns how many. */
export async function judgeAgain({ ledger, clock }: Pick<World, "ledger" | "clock">): Promise<number> {
  const failing = await ledger.failingJobs(0, MAX_JOBS)
  const waiting = failing.filter(
    ({ verb, failureCode }) => verb === "verify" && UNDECIDED.includes(failureCode),
  )
  const runAt = clock.now().toISOString()
  const changes = waiting.map((job): Change => ({ put: "job", record: { ...job, runAt } }))
  if (changes.length > 0) await ledger.commit(changes)
  return waiting.length
}
