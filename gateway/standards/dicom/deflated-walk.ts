/**
 * A walk over a deflated data set (PS3.5 A.5, RFC 1951) that comes in pieces, to tell whether it is whole: the stream comes
 * to its own end, the data set in it ends between two elements, and nothing follows but what may (`stream-end.ts`). What is
 * inflated is passed over and not held.
 *
 * A few kilobytes may inflate to a thousand times as much. What goes on beyond a bound is left alone: blank images are
 * legal, and whether such a stream is whole is not worth what a bomb would cost.
 */
import { createInflateRaw } from "node:zlib"
import { Malformed } from "../malformed.ts"
import { ElementWalk, type DataSetWalk } from "./element-walk.ts"
import { StreamEnd } from "./stream-end.ts"
import type { Encoding } from "./transfer-syntaxes.generated.ts"

/** So much may come out of any stream, and beyond it so many times what went in. */
export const MAX_INFLATED_FREE_BYTES = 64 * 1024 * 1024
export const MAX_INFLATED_RATIO = 32
/** Zeros are elements of eight octets each; an enhanced multi-frame of ten thousand frames has fewer. */
const MAX_ELEMENTS = 1_000_000
/** What comes out at once. */
const CHUNK_BYTES = 128 * 1024
const CLAUSE = "PS3.5 A.5"

export class DeflatedWalk implements DataSetWalk {
  readonly #inflate = createInflateRaw({ chunkSize: CHUNK_BYTES })
  readonly #walk = new ElementWalk("explicit-le")
  readonly #end = new StreamEnd()
  /** The stream came to its own end, or it broke. Its rejection is always looked at: where it is awaited, or not any more. */
  readonly #over = Promise.withResolvers<undefined>()
  #state: "open" | "over" | "left-alone" = "open"
  #cameBytes = 0
  #inflatedBytes = 0

  constructor() {
    this.#over.promise.catch(() => undefined)
    this.#inflate.on("data", (inflated: Uint8Array) => this.#passOver(inflated))
    this.#inflate.on("end", () => {
      this.#state = "over"
      this.#over.resolve(undefined)
    })
    this.#inflate.on("error", (fault) => this.#over.reject(fault))
  }

  /** Resolves when the chunk's memory may be used again. @throws Malformed DEFLATED, and what the walk inside throws */
  async push(chunk: Uint8Array): Promise<void> {
    const beforeBytes = this.#cameBytes
    this.#cameBytes += chunk.length
    if (this.#is("left-alone")) return
    if (this.#is("open")) {
      const written = new Promise((resolve) => this.#inflate.write(chunk, resolve))
      await this.#notBroken(Promise.race([written, this.#over.promise]))
    }
    // Whether it ended in this chunk is said by its not taking all of it.
    const takenBytes = Math.max(0, this.#inflate.bytesWritten - beforeBytes)
    if (!this.#is("left-alone")) this.#end.behind(chunk.subarray(takenBytes))
  }

  /** Nothing is pushed after it. @throws Malformed as `push` */
  async isWhole(): Promise<boolean> {
    if (this.#is("left-alone")) return true
    this.#inflate.end()
    try {
      await this.#notBroken(this.#over.promise)
    } catch (error) {
      if (isEarlyEnd(error)) return false
      throw error
    }
    if (this.#is("left-alone")) return true
    this.#end.check()
    return this.#walk.isWhole()
  }

  drop(): void {
    this.#inflate.destroy()
  }

  /** Asked anew behind every wait. */
  #is(state: "open" | "over" | "left-alone"): boolean {
    return this.#state === state
  }

  #passOver(inflated: Uint8Array): void {
    this.#inflatedBytes += inflated.length
    this.#end.inflated(inflated)
    if (this.#isTooMuch()) {
      this.#state = "left-alone"
      this.#over.resolve(undefined)
      this.drop()
      return
    }
    try {
      this.#walk.push(inflated)
    } catch (error) {
      this.#over.reject(error)
      this.drop()
    }
  }

  #isTooMuch(): boolean {
    const mostBytes = MAX_INFLATED_FREE_BYTES + MAX_INFLATED_RATIO * this.#cameBytes
    return this.#inflatedBytes > mostBytes || this.#walk.elements > MAX_ELEMENTS
  }

  async #notBroken(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (cause) {
      if (cause instanceof Malformed || isEarlyEnd(cause)) throw cause
      throw new Malformed("DEFLATED", CLAUSE, "not a deflated stream", { cause })
    }
  }
}

/** The walk over data sets of a transfer syntax's encoding. */
export const dataSetWalk = (encoding: Encoding): DataSetWalk =>
  encoding === "deflated" ? new DeflatedWalk() : new ElementWalk(encoding)

/** zlib's word for input that is over before the stream. */
const isEarlyEnd = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "Z_BUF_ERROR"
