/** Time that a test moves on; every look is a millisecond later than the one before. */
import type { Clock } from "../../gateway/journey/ports/time.ts"

export class Time implements Clock {
  #ms: number

  constructor(start: Date) {
    this.#ms = start.getTime()
  }

  now(): Date {
    return new Date(this.#ms++)
  }

  /** Without letting any pass. */
  peek(): Date {
    return new Date(this.#ms)
  }

  pass(milliseconds: number): void {
    this.#ms += milliseconds
  }

  passTo(instant: Date): void {
    this.#ms = Math.max(this.#ms, instant.getTime())
  }
}
