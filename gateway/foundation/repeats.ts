/**
 * What happens again and again to the same is told once, and then once a minute with how often: else whoever knocks a
 * thousand times a second fills the log and the audit trail, and with them the disk.
 */

const WINDOW_MS = 60_000
/** More of them within a minute share one count. */
const MAX_KEYS = 1_000

interface Counted<What> {
  last: What
  times: number
}

/**
 * @param keyOf what makes two the same
 * @param tell the first at once with 1; at the end of the minute the last of those that followed, with their number
 */
export function repeats<What>(
  keyOf: (what: What) => string,
  tell: (what: What, times: number) => void,
  windowMs = WINDOW_MS,
): (what: What) => void {
  const counts = new Map<string, Counted<What>>()
  const wait = (key: string, first: What): void => {
    const counted: Counted<What> = { last: first, times: 0 }
    counts.set(key, counted)
    const atItsEnd = (): void => {
      counts.delete(key)
      if (counted.times === 0) return
      tell(counted.last, counted.times)
      wait(key, counted.last)
    }
    setTimeout(atItsEnd, windowMs).unref()
  }
  return (what) => {
    const key = counts.size < MAX_KEYS || counts.has(keyOf(what)) ? keyOf(what) : ""
    const counted = counts.get(key)
    if (counted === undefined) {
      tell(what, 1)
      wait(key, what)
      return
    }
    counted.last = what
    counted.times += 1
  }
}

/** A description with how often it holds. */
export const timesOf = (description: string, times: number): string =>
  times === 1 ? description : `${description} (${times} times within a minute)`
