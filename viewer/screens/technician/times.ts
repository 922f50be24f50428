/** Times of the technician's page: the clock time first, how long ago beside it. */
import { tt, type TechnicianKey } from "../../text/technician.ts"
import { elapsed } from "../../words/elapsed.ts"
import { shortTime } from "../../words/instant.ts"

/** `3分前` */
export function ago(at: string, now: Date): string {
  const span = elapsed(at, now)
  return tt(`ago.${span.unit}` as TechnicianKey, { ...span })
}

/** `37分`: how long something lasts already. */
export function lasting(at: string, now: Date): string {
  const span = elapsed(at, now)
  if (span.unit === "now" || span.unit === "seconds") return tt("span.minutes", { n: 0 })
  return tt(`span.${span.unit}` as TechnicianKey, { ...span })
}

export const at = (instant: string, now: Date): string => shortTime(new Date(instant), now)

/** `15:41 47秒前`, set apart by an ideographic space. */
export const atAndAgo = (instant: string, now: Date): string =>
  `${at(instant, now)}\u3000${ago(instant, now)}`
