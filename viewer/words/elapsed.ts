/** How long ago, in the one or two units a person thinks in. Pure. */

export type Elapsed =
  | { readonly unit: "now" }
  | { readonly unit: "seconds" | "minutes" | "days"; readonly n: number }
  | { readonly unit: "hours"; readonly n: number; readonly m: number }

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S
const NOW_S = 5

/** A moment to come, as a clock that runs ahead makes it, is now. */
export function elapsed(at: string, now: Date): Elapsed {
  const seconds = Math.floor((now.getTime() - Date.parse(at)) / 1000)
  if (seconds < NOW_S) return { unit: "now" }
  if (seconds < MINUTE_S) return { unit: "seconds", n: seconds }
  if (seconds < HOUR_S) return { unit: "minutes", n: Math.floor(seconds / MINUTE_S) }
  if (seconds < DAY_S)
    return { unit: "hours", n: Math.floor(seconds / HOUR_S), m: Math.floor((seconds % HOUR_S) / MINUTE_S) }
  return { unit: "days", n: Math.floor(seconds / DAY_S) }
}

const STEP = 1000
const UNITS = ["B", "kB", "MB", "GB", "TB"] as const

/** `1.4 GB`: decimal units, as disks are sold; one decimal below ten. */
export function byteWords(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP
    unit += 1
  }
  const digits = unit > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value))
  return `${digits} ${UNITS[unit] ?? ""}`
}
