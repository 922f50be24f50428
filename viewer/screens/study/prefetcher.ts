import { fetchOrder, type Wanted } from "../../image/fetch-order.ts"
import type { FrameSource, FrameStore } from "./frame-store.ts"

/** Requests at a time; two of HTTP/1.1's six stay free for the slice on screen and the report. */
const PARALLEL = 4
/** Frames around the one on screen that are decoded ahead, so that the next step of the wheel is instant. */
const DECODE_AROUND = 2

/** Loads a series in the background, most useful frames first; every new call aborts the one before. */
export class Prefetcher {
  readonly #store: FrameStore
  readonly #onProgress: () => void
  #run = new AbortController()

  constructor(store: FrameStore, onProgress: () => void) {
    this.#store = store
    this.#onProgress = onProgress
  }

  stop(): void {
    this.#run.abort()
  }

  /** Starts over around `current`; frames already here cost nothing. */
  around(stack: readonly FrameSource[], current: number, direction: 1 | -1): void {
    this.stop()
    this.#run = new AbortController()
    const { signal } = this.#run
    const queue = fetchOrder(stack.length, current, direction).values()
    for (let at = 0; at < PARALLEL; at++) void this.#work(stack, queue, current, signal)
  }

  async #work(
    stack: readonly FrameSource[],
    queue: Iterator<Wanted>,
    current: number,
    signal: AbortSignal,
  ): Promise<void> {
    for (let next = queue.next(); next.done !== true && !signal.aborted; next = queue.next()) {
      const source = stack[next.value.index]
      if (source === undefined || this.#isHere(source, next.value)) continue
      const near = Math.abs(next.value.index - current) <= DECODE_AROUND
      const loading = this.#load(source, next.value, near, signal)
      // A frame that fails says so when it is looked at; the others are still wanted.
      if (
        (await loading.then(
          () => "here",
          () => "failed",
        )) === "here"
      )
        this.#onProgress()
    }
  }

  #isHere(source: FrameSource, { quality }: Wanted): boolean {
    const state = this.#store.state(source)
    return state === "full" || (state === "preview" && quality === "preview")
  }

  #load(source: FrameSource, { quality }: Wanted, near: boolean, signal: AbortSignal): Promise<unknown> {
    if (near) return this.#store.full(source, signal)
    return quality === "full"
      ? this.#store.fetchFull(source, signal)
      : this.#store.fetchPreview(source, signal)
  }
}
