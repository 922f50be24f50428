/**
 * The line to a partner. While it is down one submission is its scout, the most urgent one: the others wait for what the
 * scout finds instead of each calling in vain and holding up whatever else is to be done. When the partner answers, or
 * is heard from, what waited goes at once and in order: by urgency, then by age.
 */
import { SubmissionError } from "../errors.ts"
import type { Change, JobRecord } from "../records.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** The partner itself was not reached: no submission would have got through. */
const DOWN: ReadonlySet<string | null> = new Set(["ERR_SUBMISSION_UNREACHABLE", "ERR_SUBMISSION_TLS"])
/** What goes again as soon as the partner answers. */
const WAITS: ReadonlySet<string | null> = new Set([...DOWN, "ERR_SUBMISSION_UNANSWERED"])
/** Weeks of studies. What waits beyond them is found when those before it have gone. */
const QUEUE_LOOK = 10_000
/** Who waits is woken by what the scout finds; this is for when the scout itself has gone. */
const WAIT_MS = 600_000

/** When the partner is down and another is its scout: until when this one waits. Null: it may try. */
export async function behindScout(world: World, job: JobRecord): Promise<Required<Outcome>["again"] | null> {
  const agreement = await world.ledger.partnerOf(job.subject)
  if (agreement === null) return null
  // What fails by itself is nobody's scout.
  const queue = (await world.ledger.queueTo(agreement, QUEUE_LOOK)).filter(
    ({ failureCode }) => failureCode === null || DOWN.has(failureCode),
  )
  const isDown = queue.some(({ id, failureCode }) => id !== job.id && DOWN.has(failureCode))
  if (!isDown || queue[0]?.id === job.id) return null
  const at = new Date(world.clock.now().getTime() + WAIT_MS)
  return { at, failureCode: "ERR_SUBMISSION_UNREACHABLE" }
}

/** An attempt failed, and yet the partner was there. */
export const wasReached = (error: unknown): boolean =>
  error instanceof SubmissionError && !DOWN.has(error.code)

/** The partner answered, or was heard from. */
export async function lineUp(world: World, agreement: string): Promise<readonly Change[]> {
  const now = world.clock.now()
  const waiting = (await world.ledger.queueTo(agreement, QUEUE_LOOK)).filter(
    ({ runAt, failureCode }) => runAt > now.toISOString() && WAITS.has(failureCode),
  )
  // A moment apart, so that they are due in this order.
  return waiting.map((job, index): Change => {
    const runAt = new Date(now.getTime() + index).toISOString()
    return { put: "job", record: { ...job, runAt, failureCode: null } }
  })
}
