/**
 * Days and times as clocks at a site show them. What an agreement states by days begins and ends with days there, not in
 * UTC: nine hours of a day in Japan.
 */

/** The calendar day at this instant, `YYYY-MM-DD`. `timeZone` is an IANA name. */
export const dayIn = (at: Date, timeZone: string): string => at.toLocaleDateString("sv-SE", { timeZone })

/** The first instant of a day (`YYYY-MM-DD`). */
export const startOfDay = (day: string, timeZone: string): Date => instantIn(`${day}T00:00:00`, timeZone)

/**
 * The instant at which clocks in `timeZone` show this local time (`YYYY-MM-DDThh:mm:ss`). Of a time that is shown twice
 * one of the two; of one that is never shown the instant as far from midnight.
 */
export function instantIn(local: string, timeZone: string): Date {
  const shown = new Date(`${local}Z`)
  const guess = new Date(shown.getTime() - offsetMs(shown, timeZone))
  // The offset there, and not at the guess, counts: they differ near a change of the clocks.
  return new Date(shown.getTime() - offsetMs(guess, timeZone))
}

/** Making a formatter costs a hundred times what using it does, and a list asks of every row whether its agreement runs. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  })
  formatters.set(timeZone, made)
  return made
}

/** How far clocks in `timeZone` are ahead of UTC at this instant. */
function offsetMs(at: Date, timeZone: string): number {
  const parts = formatterOf(timeZone).formatToParts(at)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? "0")
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"))
  return shown - Math.floor(at.getTime() / 1000) * 1000
}

/** `YYYYMMDDhhmmss` as clocks in `timeZone` show this instant: DICOM times have no zone. */
export function localDateTime(at: Date, timeZone: string): string {
  const parts = formatterOf(timeZone).formatToParts(at)
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? ""
  return ["year", "month", "day", "hour", "minute", "second"].map(of).join("")
}
