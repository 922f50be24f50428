/**
 * The gateway's time. Due times are counted from it and never from the tablet's clock, which may be wrong or
 * be set while the page is open; between answers a monotonic counter carries it on.
 */
export class ServerClock {
  #instantMs: number
  #markMs: number
  readonly #monotonicMs: () => number

  /** @param monotonicMs milliseconds that only grow, e.g. `performance.now` */
  constructor(monotonicMs: () => number, startMs: number) {
    this.#monotonicMs = monotonicMs
    this.#instantMs = startMs
    this.#markMs = monotonicMs()
  }

  /** An answer of the gateway carried this time (ISO 8601); nonsense is ignored. */
  heard(serverTime: string): void {
    const instant = Date.parse(serverTime)
    if (Number.isNaN(instant)) return
    this.#instantMs = instant
    this.#markMs = this.#monotonicMs()
  }

  now(): Date {
    return new Date(this.#instantMs + this.#monotonicMs() - this.#markMs)
  }
}
