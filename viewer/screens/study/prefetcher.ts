import { bisectingOrder, fetchOrder } from "../../image/fetch-order.ts"
import type { FrameSource, FrameStore } from "./frame-store.ts"

/** Requests at a time; two of HTTP/1.1's six stay free for the slice on screen and the report. */
const PARALLEL = 4
/** Frames around the one on screen that are decoded ahead, so that the next step of the wheel is instant. */
const DECODE_AROUND = 2

interface Errand {
  readonly source: FrameSource
  readonly quality: "preview" | "full"
  readonly decode: boolean
}

/** Loads a series in the background, most useful frames first; every new call aborts the one before. */
export class Prefetcher {
  readonly #store: FrameStore
  readonly #others: () => readonly (readonly FrameSource[])[]
  readonly #onProgress: () => void
  #run = new AbortController()

  /** @param others the study's other series, of which previews are brought when nothing else is wanted */
  constructor(store: FrameStore, others: () => readonly (readonly FrameSource[])[], onProgress: () => void) {
    this.#store = store
    this.#others = others
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
    const errands = this.#errands(stack, current, direction)
    for (let at = 0; at < PARALLEL; at++) void this.#work(errands, signal)
  }

  *#errands(stack: readonly FrameSource[], current: number, direction: 1 | -1): Generator<Errand> {
    for (const { index, quality } of fetchOrder(stack.length, current, direction)) {
      const source = stack[index]
      const decode = quality === "full" && Math.abs(index - current) <= DECODE_AROUND
      if (source !== undefined) yield { source, quality, decode }
    }
    if (savesData()) return
    for (const other of this.#others())
      for (const index of bisectingOrder(other.length)) {
        const source = other[index]
        if (source !== undefined) yield { source, quality: "preview", decode: false }
      }
  }

  async #work(errands: Iterator<Errand>, signal: AbortSignal): Promise<void> {
    for (let next = errands.next(); next.done !== true && !signal.aborted; next = errands.next()) {
      if (this.#isHere(next.value)) continue
      // A frame that fails says so when it is looked at; the others are still wanted.
      const isHere = await this.#load(next.value, signal).then(
        () => true,
        () => false,
      )
      if (isHere) this.#onProgress()
    }
  }

  #isHere({ source, quality, decode }: Errand): boolean {
    if (decode) return this.#store.peek(source)?.quality === "full"
    const state = this.#store.state(source)
    return state === "full" || (state === "preview" && quality === "preview")
  }

  #load({ source, quality, decode }: Errand, signal: AbortSignal): Promise<unknown> {
    if (decode) return this.#store.full(source, signal)
    return quality === "full"
      ? this.#store.fetchFull(source, signal)
      : this.#store.fetchPreview(source, signal)
  }
}

/** A metered line: the reader's own choice in the browser (Network Information, `saveData`). */
const savesData = (): boolean =>
  (navigator as { readonly connection?: { readonly saveData?: boolean } }).connection?.saveData === true
