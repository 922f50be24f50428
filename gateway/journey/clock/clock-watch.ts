/**
 * How right the clock is, looked at again and again, and whether anything may be signed by it. A fault ends by itself once the
 * clock is right again. Nothing but signing waits for it.
 */
import { ClockError } from "../errors.ts"
import type { Clock, ClockReading, TimeCheck } from "../ports/time.ts"
import type { ClockView } from "../views/technician.ts"

export interface ClockWatchParts {
  /** null = nobody is asked, by configuration. */
  readonly check: TimeCheck | null
  readonly clock: Clock
  readonly limitMs: number
  /** It ceased to be good enough to sign by, or is again; null = it is. */
  readonly changed: (fault: ClockError | null) => void
}

export class ClockWatch {
  readonly #parts: ClockWatchParts
  #reading: ClockReading | null = null
  #fault: ClockError | null = null
  #since: string | null = null

  constructor(parts: ClockWatchParts) {
    this.#parts = parts
    // Until somebody has looked.
    if (parts.check !== null)
      this.#fault = new ClockError("ERR_CLOCK_UNKNOWN", "the clock was not looked at yet")
  }

  async look(): Promise<void> {
    const { check, limitMs } = this.#parts
    if (check === null) return
    try {
      this.#reading = await check.read()
      this.#judged(faultOf(this.#reading, limitMs))
    } catch (error) {
      if (!(error instanceof ClockError)) throw error
      this.#reading = null
      this.#judged(error)
    }
  }

  /** Throws ClockError: by this clock nothing is signed. */
  hold(): void {
    // Made anew: the error tells who asked now, not who looked.
    if (this.#fault !== null)
      throw new ClockError(this.#fault.code, this.#fault.message, { cause: this.#fault })
  }

  view(): ClockView {
    const { check, limitMs } = this.#parts
    return {
      check: check === null ? "none" : "chrony",
      limitMs,
      reading: this.#reading,
      failureCode: this.#fault?.code ?? null,
      failingSince: this.#since,
      detail: this.#fault?.message ?? "",
    }
  }

  #judged(fault: ClockError | null): void {
    const wasFailing = this.#since !== null
    this.#fault = fault
    if (fault === null) this.#since = null
    else this.#since ??= this.#parts.clock.now().toISOString()
    if (wasFailing !== (fault !== null)) this.#parts.changed(fault)
  }
}

function faultOf({ offsetMs, boundMs, source }: ClockReading, limitMs: number): ClockError | null {
  if (boundMs <= limitMs) return null
  const [offset, bound] = [offsetMs, boundMs].map((each) => (each / 1_000).toFixed(3))
  return new ClockError(
    "ERR_CLOCK_OFF",
    `the clock is ${offset ?? ""} s off by ${source}, and may be ${bound ?? ""} s off; the limit is ${limitMs / 1_000} s`,
  )
}
