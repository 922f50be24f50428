/** Waiting time before the next attempt to reach the gateway. */

const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/**
 * 1, 2, 4 … 30 s, each shortened by up to half so that a hundred tablets do not come back in one moment.
 *
 * @param attempt failures so far, 1 for the first
 * @param chance  in [0, 1)
 */
export function backOffMs(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1))
  return Math.round(full * (1 - chance / 2))
}
