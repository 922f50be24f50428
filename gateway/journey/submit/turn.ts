/**
 * Turn: so many submissions with images may be on the line to a partner at a time, and when a place is free the most urgent
 * goes, then the oldest. What overtakes does so at the next unit. Everything else is small and goes at once.
 */
import type { Change, JobRecord, SubmissionRecord } from "../records.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** Of the queue so many are looked at; whoever stands behind them waits. */
const QUEUE_LOOK = 256
/** Whoever leaves the line calls the next ones; this is for a call that came while they decided to wait. */
const NEXT_LOOK_MS = 1_000
const LATER_LOOK_MS = 60_000

/** Takes a place; or says until when to wait for one. */
export async function takePlace(
  world: World,
  { id, agreement }: Pick<SubmissionRecord, "id" | "agreement">,
  places: number,
): Promise<Required<Outcome>["again"] | null> {
  const line = await inLine(world, agreement)
  // Nothing is awaited from here to the end: nobody takes a place in between.
  const found = line.findIndex(({ subject }) => subject === id)
  const before = found === -1 ? line.length : found
  if (before < places - world.places.taken(agreement)) {
    world.places.take(agreement, id)
    return null
  }
  world.places.wait(agreement, id)
  const lookMs = before < 2 * places ? NEXT_LOOK_MS : LATER_LOOK_MS
  return { at: new Date(world.clock.now().getTime() + lookMs), failureCode: null }
}

/** A place is free again: the next in line are called, in its order. */
export async function callNext(world: World, agreement: string, places: number): Promise<readonly Change[]> {
  const now = world.clock.now()
  const waiting = (await inLine(world, agreement)).filter(({ runAt }) => runAt > now.toISOString())
  return waiting.slice(0, places).map((job, index): Change => {
    const runAt = new Date(now.getTime() + index).toISOString()
    return { put: "job", record: { ...job, runAt } }
  })
}

/** Who would go now, the most urgent first, then the oldest: what is due, and what waits for a place and nothing else. */
async function inLine(world: World, agreement: string): Promise<readonly JobRecord[]> {
  const { places } = world
  const now = world.clock.now().toISOString()
  return (await world.ledger.queueTo(agreement, QUEUE_LOOK)).filter(
    ({ subject, runAt }) =>
      !places.has(agreement, subject) && (runAt <= now || places.waits(agreement, subject)),
  )
}
