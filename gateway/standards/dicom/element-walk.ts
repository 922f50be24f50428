/**
 * A walk over the elements of a data set that comes in pieces, to tell whether it is whole: a file that was cut short ends
 * inside a value, a sequence or the fragments of Pixel Data (PS3.5 7.1, 7.5, A.4). Values are passed over, not held.
 */
import { Malformed } from "../malformed.ts"
import { UNDEFINED_LENGTH, readElementHeader, type ElementHeader } from "./element-header.ts"
import { joined } from "./octets.ts"
import type { Encoding } from "./transfer-syntaxes.generated.ts"

/** No object of any SOP Class comes near; more would only cost memory. */
const MAX_DEPTH = 10_000
const ITEM_END = 0xfffee00d
const SEQUENCE_END = 0xfffee0dd

/** Follows a data set as it comes. */
export interface DataSetWalk {
  /** @throws Malformed for what is no data set */
  push(chunk: Uint8Array): void | Promise<void>
  /** Does the data set end here? Zeros that fill a block at the end of a file do no harm. */
  isWhole(): boolean | Promise<boolean>
  /** Nothing is asked of it any more. */
  drop(): void
}

export class ElementWalk implements DataSetWalk {
  readonly #encoding: Encoding
  /** Encodings inside the open sequences and items of undefined length, innermost last. */
  readonly #open: Encoding[] = []
  /** The beginning of an element's header. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Bytes of a value still to come. */
  #skipBytes = 0
  #elements = 0

  constructor(encoding: Exclude<Encoding, "deflated">) {
    this.#encoding = encoding
  }

  /** Headers met so far, of items and delimiters too: what the walk has cost. */
  get elements(): number {
    return this.#elements
  }

  /** @throws Malformed NESTING */
  push(chunk: Uint8Array): void {
    const passed = Math.min(this.#skipBytes, chunk.length)
    this.#skipBytes -= passed
    if (passed === chunk.length) return
    const rest = chunk.subarray(passed)
    const bytes = this.#pending.length === 0 ? rest : joined([this.#pending, rest])
    this.#pending = new Uint8Array(bytes.subarray(this.#walk(bytes)))
  }

  /** Between two elements? */
  isWhole(): boolean {
    return this.#skipBytes === 0 && this.#open.length === 0 && this.#pending.every((byte) => byte === 0)
  }

  drop(): void {
    this.#pending = new Uint8Array(0)
  }

  /** Returns how many bytes are dealt with. */
  #walk(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    while (at < bytes.length) {
      const header = readElementHeader(view, at, this.#open.at(-1) ?? this.#encoding)
      if (header === null) return at
      const end = at + header.headerBytes + this.#meet(header)
      at = Math.min(end, bytes.length)
      this.#skipBytes = end - at
    }
    return at
  }

  /** Returns the length of the value to pass over. */
  #meet({ tag, vr, lengthBytes }: ElementHeader): number {
    this.#elements += 1
    if (lengthBytes === UNDEFINED_LENGTH) {
      if (this.#open.length === MAX_DEPTH)
        throw new Malformed("NESTING", "PS3.5 7.5", `more than ${MAX_DEPTH} sequences inside each other`)
      // PS3.5 6.2.2: an UN of undefined length is written inside as implicit VR little endian.
      this.#open.push(vr === "UN" ? "implicit-le" : (this.#open.at(-1) ?? this.#encoding))
      return 0
    }
    const closes = tag === ITEM_END || tag === SEQUENCE_END
    if (closes) this.#open.pop()
    return closes ? 0 : lengthBytes
  }
}
