/**
 * One thing asked of the gateway and the five states a person can meet it in: waiting (nothing is drawn for the
 * first 150 ms), loading, ready, failed, and stale: an older answer kept on screen because a newer one failed.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import { ApiError, type Asker } from "../api.ts"

/** Shorter waits pass without a skeleton; a flash of grey is worse than a blank moment. */
const SKELETON_AFTER_MS = 150

export interface Answer<T> {
  readonly value: T
  /** When it was received, `performance.now` milliseconds. */
  readonly receivedMs: number
}

export class Fetched<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost
  readonly #load: (by: Asker) => Promise<T>
  #answer: Answer<T> | null = null
  #failure: ApiError | null = null
  #slow = false
  #running: Promise<void> | null = null
  /** Who asked while a question was under way; a person counts more than the page. */
  #again: Asker | null = null

  constructor(host: ReactiveControllerHost, load: (by: Asker) => Promise<T>) {
    this.#host = host
    this.#load = load
    host.addController(this)
  }

  hostConnected(): void {
    void this.reload()
  }

  get answer(): Answer<T> | null {
    return this.#answer
  }
  /** Of the last attempt; with an answer beside it that answer is stale. */
  get failure(): ApiError | null {
    return this.#failure
  }
  /** Long enough without anything to show that a skeleton is due. */
  get slow(): boolean {
    return this.#slow
  }

  /** Asks (again). Calls that come while one runs are answered by one more run after it. */
  reload(by: Asker = "person"): Promise<void> {
    if (this.#running !== null) {
      if (this.#again !== "person") this.#again = by
      return this.#running
    }
    this.#running = this.#run(by).finally(() => {
      this.#running = null
      const again = this.#again
      this.#again = null
      if (again !== null) void this.reload(again)
    })
    return this.#running
  }

  /** A newer value came with another answer. */
  take(value: T): void {
    this.#answer = { value, receivedMs: performance.now() }
    this.#failure = null
    this.#host.requestUpdate()
  }

  async #run(by: Asker): Promise<void> {
    const patience = setTimeout(() => {
      this.#slow = true
      this.#host.requestUpdate()
    }, SKELETON_AFTER_MS)
    try {
      this.take(await this.#load(by))
    } catch (error) {
      this.#failure = asApiError(error)
    } finally {
      clearTimeout(patience)
      this.#slow = false
      this.#host.requestUpdate()
    }
  }
}

/** What went wrong, as something that can be told; a fault of the page itself has a code too. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(0, "ERR_PAGE", error instanceof Error ? error.message : String(error), null, error)
}
