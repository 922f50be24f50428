/**
 * The line to a partner. While it is down one submission is its scout, the most urgent one: the others wait for what the
 * scout finds instead of each calling in vain and holding up whatever else is to be done. When one gets through, what
 * waited goes at once and in order: by urgency, then by age. When the partner is only heard from, the scout goes: that it
 * reaches us does not say that we reach it.
 */
import { SubmissionError } from "../errors.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** The partner itself was not reached: no submission would have got through. */
const DOWN: readonly string[] = ["ERR_SUBMISSION_UNREACHABLE", "ERR_SUBMISSION_TLS"]
/**
 * What goes again as soon as one of them got through. What was not answered waits for no less: two that are cut would call
 * each other for ever.
 */
const WAITS: readonly string[] = [...DOWN, "ERR_SUBMISSION_UNANSWERED"]
/** Weeks of studies. What waits beyond them is found when those before it have gone. */
const QUEUE_LOOK = 10_000
/** Who waits is woken by what the scout finds; this is for when the scout itself has gone. */
const WAIT_MS = 600_000
/** Whoever has failed and looks again later than this only waits for a scout: it is none. */
const SCOUT_CALLS_WITHIN_MS = 150_000

/** When the partner is down and another is its scout: until when this one waits. Null: it may try. */
export async function behindScout(world: World, job: JobRecord): Promise<Required<Outcome>["again"] | null> {
  const now = world.clock.now()
  const later = (ms: number): Date => new Date(now.getTime() + ms)
  const soon = later(SCOUT_CALLS_WITHIN_MS).toISOString()
  const scout = await world.ledger.scoutOf(job.id, now.toISOString(), soon, DOWN)
  if (scout === null || scout === job.id) return null
  return { at: later(WAIT_MS), failureCode: "ERR_SUBMISSION_UNREACHABLE" }
}

/** An attempt failed, and yet the partner was there. */
export const wasReached = (error: unknown): boolean =>
  error instanceof SubmissionError && !DOWN.includes(error.code)

/** One got through, or may now. */
export const lineUp = (world: World, agreement: string): Promise<readonly Change[]> =>
  woken(world, agreement, WAITS, QUEUE_LOOK)

/** One reached it, and yet failed: only who waited for that to be reached. */
export const partnerUp = (world: World, agreement: string): Promise<readonly Change[]> =>
  woken(world, agreement, DOWN, QUEUE_LOOK)

/** It was heard from: what it answers to the first one wakes the others. */
export const sendScout = (world: World, agreement: string): Promise<readonly Change[]> =>
  woken(world, agreement, WAITS, 1)

async function woken(
  world: World,
  agreement: string,
  why: readonly string[],
  most: number,
): Promise<readonly Change[]> {
  const now = world.clock.now()
  const waiting = await world.ledger.heldUp(agreement, now.toISOString(), why, most)
  // A moment apart, so that they are due in this order.
  return waiting.map((job, index): Change => {
    const runAt = new Date(now.getTime() + index).toISOString()
    return { put: "job", record: { ...job, runAt, failureCode: null } }
  })
}
