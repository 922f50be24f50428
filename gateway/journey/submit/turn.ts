/**
 * Turn: so many submissions with images may be on the line to a partner at a time, and when a place is free the most urgent
 * goes, then the oldest. What overtakes does so at the next unit. Everything else is small and goes at once.
 */
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"

/** Whoever leaves the line calls the next ones; this is for a call that came while they decided to wait. */
const NEXT_LOOK_MS = 1_000
const LATER_LOOK_MS = 60_000

/** Takes a place; or says until when to wait for one. */
export async function takePlace(
  world: World,
  { id, agreement }: Pick<SubmissionRecord, "id" | "agreement">,
  places: number,
): Promise<Required<Outcome>["again"] | null> {
  const now = world.clock.now()
  const line = await world.ledger.nextInLine(
    agreement,
    now.toISOString(),
    world.places.onTheLine(agreement),
    2 * places,
  )
  // Nothing is awaited from here to the end: nobody takes a place in between.
  const found = line.findIndex(({ subject }) => subject === id)
  const before = found === -1 ? line.length : found
  if (before < places - world.places.onTheLine(agreement).length) {
    world.places.take(agreement, id)
    return null
  }
  const lookMs = before < 2 * places ? NEXT_LOOK_MS : LATER_LOOK_MS
  return { at: new Date(now.getTime() + lookMs), failureCode: null, forPlace: true }
}

/** A place is free again: the next in line are called, in its order. */
export async function callNext(world: World, agreement: string, places: number): Promise<readonly Change[]> {
  const now = world.clock.now()
  const onTheLine = world.places.onTheLine(agreement)
  const line = await world.ledger.nextInLine(agreement, now.toISOString(), onTheLine, places)
  const waiting = line.filter(({ runAt }) => runAt > now.toISOString())
  return waiting.map((job, index): Change => {
    const runAt = new Date(now.getTime() + index).toISOString()
    return { put: "job", record: { ...job, runAt } }
  })
}
