/**
 * Age at the time of the study, which is what the images show; never the age of today.
 *
 * Years from the second birthday on; months before it and days in the first month, because a radiologist reads a
 * child of eleven months by other measures than one of twenty.
 */

export interface Age {
  readonly unit: "years" | "months" | "days"
  readonly count: number
}

interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

function calendarDate(text: string): CalendarDate | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(text)
  return found === null ? null : { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) }
}

/** Whole months between two dates, counted by the calendar; the last one only when its day is reached. */
function wholeMonths(from: CalendarDate, to: CalendarDate): number {
  return (to.year - from.year) * 12 + to.month - from.month - (to.day < from.day ? 1 : 0)
}

const dayNumber = (date: CalendarDate): number => Date.UTC(date.year, date.month - 1, date.day) / 86_400_000

/**
 * @param birthDate `YYYY-MM-DD`
 * @param at        date of the study, `YYYY-MM-DD` and perhaps more
 * @returns null when either is unknown or the study is before the birth (then one of them is wrong)
 */
export function ageAt(birthDate: string | null, at: string | null): Age | null {
  const birth = calendarDate(birthDate ?? "")
  const study = calendarDate(at ?? "")
  if (birth === null || study === null) return null
  const days = dayNumber(study) - dayNumber(birth)
  if (days < 0) return null
  const months = wholeMonths(birth, study)
  if (months === 0) return { unit: "days", count: days }
  return months < 24 ? { unit: "months", count: months } : { unit: "years", count: Math.floor(months / 12) }
}
