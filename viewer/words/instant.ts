/**
 * Instants as people of the hospital read them: clock and calendar of Asia/Tokyo, whatever the tablet is set to.
 */

const ZONE = "Asia/Tokyo"

const PARTS = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
})

function parts(instant: Date): Record<string, string> {
  return Object.fromEntries(PARTS.formatToParts(instant).map(({ type, value }) => [type, value]))
}

/** `2026-11-25` */
export function day(instant: Date): string {
  const { year = "", month = "", day: date = "" } = parts(instant)
  return `${year}-${month}-${date}`
}

/** `14:17` */
export function clockTime(instant: Date): string {
  const { hour = "", minute = "" } = parts(instant)
  return `${hour}:${minute}`
}

/** `14:12:05`; seconds are shown only of signatures and of the moment a page was asked for. */
export function clockSeconds(instant: Date): string {
  return `${clockTime(instant)}:${parts(instant).second ?? ""}`
}

/** `2026-11-25 14:12` */
export function dayTime(instant: Date): string {
  return `${day(instant)} ${clockTime(instant)}`
}

/** `2026-11-25 14:12:05` */
export function daySeconds(instant: Date): string {
  return `${day(instant)} ${clockSeconds(instant)}`
}

/** The time alone when it was today, else day and time. */
export function shortTime(instant: Date, now: Date): string {
  return day(instant) === day(now) ? clockTime(instant) : `${day(instant).slice(5)} ${clockTime(instant)}`
}

/** A calendar day in words: `11月25日(水)`, `Wed 25 Nov`. @param date `YYYY-MM-DD` */
export function calendarDay(date: string, language: "ja" | "en"): string {
  return new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
    timeZone: "UTC",
    month: language === "ja" ? "long" : "short",
    day: "numeric",
    weekday: "short",
  })
    .format(new Date(`${date}T00:00:00Z`))
    .replace(",", "")
}

/** `date` moved by whole days. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** A study's time for a list: the time alone of the day of `now` in the hospital, day and time of its year, else the date. */
export function shortDeviceTime(studyDateTime: string, now: Date): string {
  const [date = "", time = ""] = deviceTime(studyDateTime).split(" ")
  const today = day(now)
  if (date === today && time !== "") return time
  return date.slice(0, 4) === today.slice(0, 4) ? [date.slice(5), time].filter(Boolean).join(" ") : date
}

/** `11/25`, with the year when it is not the one of `now` in the hospital. */
export function shortDate(studyDateTime: string, now: Date): string {
  const date = studyDateTime.slice(0, 10)
  return (date.slice(0, 4) === day(now).slice(0, 4) ? date.slice(5) : date).replaceAll("-", "/")
}

/** Study date and time as the device wrote them, to the minute: no zone is added, none is taken away. */
export function deviceTime(studyDateTime: string): string {
  return studyDateTime.slice(0, 16).replace("T", " ")
}
