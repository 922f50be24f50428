/** One request in the air, and how many still wait for it. */
interface Flight<Result> {
  readonly done: Promise<Result>
  readonly abort: AbortController
  waiters: number
}

/**
 * Requests shared by key: who asks for what is already on its way waits for that. A waiter who leaves (its signal)
 * leaves alone; the request itself is aborted when nobody waits any more.
 */
export class SharedFlights<Result> {
  readonly #flights = new Map<string, Flight<Result>>()

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  /** Waits for the request under `key`, starting it when there is none. Rejects with the signal's reason on leaving. */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted()
    const flight = this.#flights.get(key) ?? this.#start(key, start)
    flight.waiters += 1
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        flight.waiters -= 1
        if (flight.waiters === 0) flight.abort.abort()
        reject(signal.reason as Error)
      }
      signal.addEventListener("abort", leave, { once: true })
      void flight.done.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave))
    })
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const abort = new AbortController()
    const done = start(abort.signal).finally(() => this.#flights.delete(key))
    // Whoever left does not hear of the failure; those who wait do.
    done.catch(() => undefined)
    const flight = { done, abort, waiters: 0 }
    this.#flights.set(key, flight)
    return flight
  }
}
