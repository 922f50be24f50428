/** The real clock and the real dice. Everything pure takes them as arguments. */
import { randomBytes } from "node:crypto"
import type { Chance, Clock } from "./journey/ports/time.ts"

export const systemClock: Clock = { now: () => new Date() }
export const systemChance: Chance = { bytes: (length) => randomBytes(length) }

/** Waits, or returns early when the signal aborts. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || milliseconds <= 0) return Promise.resolve()
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
