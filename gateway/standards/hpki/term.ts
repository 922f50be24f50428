/**
 * How near the end of a certificate is. Another one takes an application, an identification and the post; a partner has to
 * pin it: people are told 90, 30 and 7 days before.
 */
const DAY_MS = 86_400_000

/** `far`: nobody is told · `ask`: apply for the next one · `renew` · `urgent`: a week is left · `over`. */
export type Term = "far" | "ask" | "renew" | "urgent" | "over"

/** Each begins so many days before the end. */
export const TERM_DAYS = { ask: 90, renew: 30, urgent: 7, over: 0 } as const

export const daysLeft = (notAfter: Date, now: Date): number => (notAfter.getTime() - now.getTime()) / DAY_MS

export function termOf(days: number): Term {
  if (days < TERM_DAYS.over) return "over"
  if (days < TERM_DAYS.urgent) return "urgent"
  if (days < TERM_DAYS.renew) return "renew"
  return days < TERM_DAYS.ask ? "ask" : "far"
}

/** When the term it is in began, ISO 8601; null while its end is far. */
export function termSince(notAfter: Date, now: Date): string | null {
  const term = termOf(daysLeft(notAfter, now))
  return term === "far" ? null : new Date(notAfter.getTime() - TERM_DAYS[term] * DAY_MS).toISOString()
}
