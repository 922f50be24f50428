/** Counts attempts per key (an address, a code) in fixed windows, so that guessing is slow. */
import { DeskError } from "../../journey/errors.ts"
import type { Clock } from "../../journey/ports/time.ts"

const MAX_KEYS = 10_000

export class Limiter {
  readonly #clock: Clock
  readonly #attempts: number
  readonly #windowMs: number
  #windowStart = 0
  #counts = new Map<string, number>()

  /** At most `attempts` per key within each window of `windowMs`. */
  constructor(clock: Clock, attempts: number, windowMs: number) {
    this.#clock = clock
    this.#attempts = attempts
    this.#windowMs = windowMs
  }

  /** @returns attempts of this key in this window, this one included. @throws DeskError ERR_TOO_MANY_ATTEMPTS */
  count(key: string): number {
    this.#turnWindow()
    const count = (this.#counts.get(key) ?? 0) + 1
    if (count > this.#attempts || (count === 1 && this.#counts.size >= MAX_KEYS))
      throw new DeskError("ERR_TOO_MANY_ATTEMPTS", "too many attempts, wait and try again")
    this.#counts.set(key, count)
    return count
  }

  #turnWindow(): void {
    const start = Math.floor(this.#clock.now().getTime() / this.#windowMs)
    if (start === this.#windowStart) return
    this.#windowStart = start
    this.#counts = new Map()
  }
}
