/** Calendar of a line: at which hours images leave. By the clocks of the site; hours over midnight belong to the day they begin. */
import type { Hours, LineTerms, Weekday } from "../agreement.ts"
import { dayIn, instantIn } from "../local-day.ts"
import type { Urgency } from "../views/study.ts"

const DAY_MS = 86_400_000
const WEEK_DAYS = 7
const WEEKDAYS: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/** When images of this urgency may leave next; null = now. No hours = always; what is STAT waits for none unless agreed. */
export function opensAt(
  { hours, statWaits }: Pick<LineTerms, "hours" | "statWaits">,
  urgency: Urgency,
  timeZone: string,
  now: Date,
): Date | null {
  if (hours.length === 0 || (urgency === "STAT" && !statWaits)) return null
  const openings = hours.flatMap((each) => openingsOf(each, timeZone, now))
  if (openings.some(({ from, until }) => from <= now && now < until)) return null
  const next = openings.map(({ from }) => from.getTime()).filter((each) => each > now.getTime())
  return next.length === 0 ? null : new Date(Math.min(...next))
}

interface Opening {
  readonly from: Date
  readonly until: Date
}

/** From yesterday on, whose night may not be over, to the same day next week. */
function openingsOf({ days, from, until }: Hours, timeZone: string, now: Date): Opening[] {
  const openings: Opening[] = []
  for (let ahead = -1; ahead <= WEEK_DAYS; ahead++) {
    const day = dayIn(new Date(now.getTime() + ahead * DAY_MS), timeZone)
    const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]
    if (weekday === undefined || !days.includes(weekday)) continue
    const begin = instantIn(`${day}T${from}:00`, timeZone)
    const lastDay = until > from ? day : dayAfter(day)
    openings.push({ from: begin, until: instantIn(`${lastDay}T${until}:00`, timeZone) })
  }
  return openings
}

const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length)
