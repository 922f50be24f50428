/**
 * A due time as a person says it: "9 minutes left", "tomorrow 12:00", "12 minutes over". `dueAt` is so many minutes
 * after the request, by the agreement: no calendar of clinic days stands behind it, and no word may say so.
 */
import type { Urgency } from "../../gateway/journey/views/study.ts"
import { addDays, clockTime, day } from "./instant.ts"

/** plain > 50 % of the time left · amber 50–20 % · red < 20 % · over: past it. */
export type DueTone = "plain" | "amber" | "red" | "over"

export type DueWords =
  | { readonly kind: "left"; readonly hours: number; readonly minutes: number }
  | { readonly kind: "over"; readonly hours: number; readonly minutes: number }
  | { readonly kind: "tomorrow" | "date"; readonly date: string }

export interface Due {
  readonly tone: DueTone
  /** Part of the time still left, 0..1, for the dial. */
  readonly share: number
  readonly words: DueWords
  /** Clock time of the deadline. */
  readonly time: string
  /** True when the deadline falls on the day of `now`. */
  readonly today: boolean
}

const MINUTE_MS = 60_000
/** A deadline of a later day that is nearer than this is still counted in hours (a night's STAT). */
const COUNTED_IN_HOURS_MS = 12 * 60 * MINUTE_MS
function tone(share: number, leftMs: number): DueTone {
  if (leftMs < 0) return "over"
  if (share < 0.2) return "red"
  return share < 0.5 ? "amber" : "plain"
}

function words(leftMs: number, today: string, dueDay: string, urgency: Urgency): DueWords {
  const counted = urgency === "STAT" || dueDay === today || leftMs < COUNTED_IN_HOURS_MS
  if (!counted) return { kind: dueDay === addDays(today, 1) ? "tomorrow" : "date", date: dueDay }
  // As the clock on the wall counts: at 14:08 and some seconds it is nine minutes to 14:17.
  const minutes = leftMs >= 0 ? Math.ceil(leftMs / MINUTE_MS) : Math.floor(-leftMs / MINUTE_MS)
  return { kind: leftMs >= 0 ? "left" : "over", hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

/**
 * @param item  instants as ISO 8601; `requestedAt` ≤ `dueAt`
 * @param now   by the gateway's clock
 */
export function due(
  item: { readonly dueAt: string; readonly requestedAt: string; readonly urgency: Urgency },
  now: Date,
): Due {
  const dueAt = new Date(item.dueAt)
  const leftMs = dueAt.getTime() - now.getTime()
  const allMs = dueAt.getTime() - Date.parse(item.requestedAt)
  const share = allMs <= 0 ? 0 : Math.min(1, Math.max(0, leftMs / allMs))
  const today = day(now)
  return {
    tone: tone(share, leftMs),
    share,
    words: words(leftMs, today, day(dueAt), item.urgency),
    time: clockTime(dueAt),
    today: day(dueAt) === today,
  }
}
