/**
 * Make ready: what is to leave on a medium must be made. A large study leaves the line in units, of which the next is made
 * when the one before has arrived; for a medium all of them are made at once, and closed.
 */
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { NotReady } from "../ports/media.ts"

/** Those that are still to be made, and are asked for now. Ask again: none = ready. */
export async function makeReady(
  world: World,
  submissions: readonly SubmissionRecord[],
): Promise<readonly NotReady[]> {
  const planned = submissions.filter(({ state }) => state === "planned")
  for (const each of planned) await hasten(world, each)
  return planned.map(({ kind, failureCode }) => ({ kind, failureCode }))
}

/** Under the lock its own steps hold: what they write meanwhile is not lost. */
async function hasten(world: World, { id }: SubmissionRecord): Promise<void> {
  await world.locks.with(id, async () => {
    const record = await world.ledger.submission(id)
    if (record?.state !== "planned") return
    const changes: Change[] = []
    if (record.kind === "study" && record.onMedium !== true)
      changes.push({ put: "submission", record: { ...record, onMedium: true } })
    const runAt = world.clock.now().toISOString()
    // What is not recoded yet has no such job: its turn comes.
    for (const job of await world.ledger.jobsOf(id))
      if (job.verb === "package" && job.runAt > runAt) changes.push({ put: "job", record: { ...job, runAt } })
    if (changes.length > 0) await world.ledger.commit(changes)
  })
}
