/** When to do the next thing: not faster than agreed, and ever later after failures. */
import type { Chance } from "../../journey/ports/time.ts"

const FIRST_RETRY_MS = 1_000
/** Shorter waits are left to add up: a timer of a millisecond is not kept anyway. */
const SHORTEST_MS = 20

/** Resolves when so many in a second are kept to; at once when the signal is aborted. No credit is saved while nothing is done. */
export function pace(perSecond: number, signal: AbortSignal): () => Promise<void> {
  let due = performance.now()
  return async () => {
    const now = performance.now()
    due = Math.max(due, now - SHORTEST_MS) + 1_000 / perSecond
    if (due - now >= SHORTEST_MS) await quiet(due - now, signal)
  }
}

/** Twice as long after each failure, and never for all senders at the same moment. */
export function backOffMs(failures: number, longestMs: number, chance: Chance): number {
  const ceiling = Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 16))
  const [share = 0] = chance.bytes(1)
  return ceiling * (0.5 + share / 510)
}

/** Resolves early when the signal aborts. */
export function quiet(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener("abort", end)
  })
}
