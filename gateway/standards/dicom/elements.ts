/**
 * The elements of a data set (PS3.5 chapter 7): where each value lies, what is nested in it. Values are not read
 * here, only found; nothing is copied.
 *
 * Own reader, because the libraries at hand do not know the 32-bit VRs OV, SV and UV, do not limit nesting and look
 * for a preamble inside a bare data set. What devices do against the standard but without ambiguity is read: odd
 * lengths, disorder, an unknown VR.
 */
import { Malformed } from "../malformed.ts"
import { dictionaryRow } from "./dictionary.ts"
import { UNDEFINED_LENGTH, readElementHeader, type ElementHeader } from "./element-header.ts"
import type { Encoding } from "./transfer-syntaxes.generated.ts"

/** A fragment of encapsulated Pixel Data; the first one is the Basic Offset Table (PS3.5 A.4). */
export interface Fragment {
  readonly offsetBytes: number
  readonly lengthBytes: number
}

export interface Element {
  readonly tag: number
  /** As written, or by dictionary in implicit VR; "UN" when neither knows. */
  readonly vr: string
  /** Of the value, in the bytes given. */
  readonly offsetBytes: number
  /** Of the value; UNDEFINED_LENGTH only for the element reading stopped at. */
  readonly lengthBytes: number
  readonly items: readonly Elements[] | null
  readonly fragments: readonly Fragment[] | null
}

/** By tag. Of an element that stands twice the first counts, as in `head.ts`. */
export type Elements = ReadonlyMap<number, Element>

/** Deep enough for every IOD, shallow enough for every stack. */
export const MAX_NESTING = 256
/** A whole-slide image has some ten thousands. */
export const MAX_ELEMENTS = 1_000_000

const PIXEL_DATA = 0x7fe00010
const ITEM = 0xfffee000
const ITEM_END = 0xfffee00d
const SEQUENCE_END = 0xfffee0dd

class ElementReader {
  readonly #view: DataView
  readonly #untilTag: number | null
  #at: number
  #elements = 0

  constructor(bytes: Uint8Array, offsetBytes: number, untilTag: number | null) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = offsetBytes
    this.#untilTag = untilTag
  }

  /** Elements up to `end`, or up to the item's delimiter when `end` is null. */
  elements(encoding: Encoding, end: number | null, depth: number): Elements {
    if (depth > MAX_NESTING)
      throw new Malformed("NESTED_TOO_DEEP", "PS3.5 7.5", `more than ${MAX_NESTING} levels`)
    const found = new Map<number, Element>()
    while (end === null || this.#at < end) {
      const header = this.#header(encoding, end)
      if (header.tag === ITEM_END && end === null) return found
      const stop = depth === 0 && header.tag === this.#untilTag
      const element = stop ? this.#unread(header) : this.#element(header, encoding, end, depth)
      if (!found.has(element.tag)) found.set(element.tag, element)
      if (stop) return found
    }
    return found
  }

  #header(encoding: Encoding, end: number | null): ElementHeader {
    const header = readElementHeader(this.#view, this.#at, encoding)
    if (!header || (end !== null && this.#at + header.headerBytes > end))
      throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.1", "the data set ends inside an element header")
    this.#at += header.headerBytes
    if (++this.#elements > MAX_ELEMENTS)
      throw new Malformed("TOO_MANY_ELEMENTS", "PS3.5 7.1", `more than ${MAX_ELEMENTS} elements`)
    return header
  }

  #unread({ tag, vr, lengthBytes }: ElementHeader): Element {
    return { tag, vr: vrOf(tag, vr), offsetBytes: this.#at, lengthBytes, items: null, fragments: null }
  }

  #element(header: ElementHeader, encoding: Encoding, end: number | null, depth: number): Element {
    const element = this.#unread(header)
    const { tag, vr, offsetBytes, lengthBytes } = element
    if (lengthBytes === UNDEFINED_LENGTH) return this.#undefinedLength(element, header, encoding, depth)
    if (offsetBytes + lengthBytes > (end ?? this.#view.byteLength))
      throw new Malformed(
        "DATA_SET_TRUNCATED",
        "PS3.5 7.1",
        `a value of ${lengthBytes} bytes reaches outside`,
      )
    const unknownSequence = vr === "UN" && dictionaryRow(tag)?.vr === "SQ"
    if (vr !== "SQ" && !unknownSequence) {
      this.#at += lengthBytes
      return element
    }
    const items = this.#items(unknownSequence ? "implicit-le" : encoding, offsetBytes + lengthBytes, depth)
    this.#at = offsetBytes + lengthBytes
    return { ...element, items }
  }

  /** A sequence, an UN that is one (PS3.5 6.2.2), or encapsulated Pixel Data (A.4). */
  #undefinedLength(element: Element, { vr }: ElementHeader, encoding: Encoding, depth: number): Element {
    const { tag, offsetBytes } = element
    if (tag === PIXEL_DATA || vr === "OB" || vr === "OW") {
      const fragments = this.#fragments(encoding)
      return { ...element, lengthBytes: this.#at - 8 - offsetBytes, fragments }
    }
    const items = this.#items(vr === "UN" ? "implicit-le" : encoding, null, depth)
    return { ...element, lengthBytes: this.#at - 8 - offsetBytes, items }
  }

  #items(encoding: Encoding, end: number | null, depth: number): Elements[] {
    const items: Elements[] = []
    while (end === null || this.#at < end) {
      const { tag, lengthBytes } = this.#header(encoding, end)
      if (tag === SEQUENCE_END) break
      if (tag !== ITEM)
        throw new Malformed("DATA_SET_NESTING", "PS3.5 7.5", "a sequence holds something but items")
      const itemEnd = lengthBytes === UNDEFINED_LENGTH ? null : this.#at + lengthBytes
      if (itemEnd !== null && itemEnd > (end ?? this.#view.byteLength))
        throw new Malformed("DATA_SET_NESTING", "PS3.5 7.5", "an item is longer than its sequence")
      items.push(this.elements(encoding, itemEnd, depth + 1))
    }
    return items
  }

  #fragments(encoding: Encoding): Fragment[] {
    const fragments: Fragment[] = []
    for (;;) {
      const { tag, lengthBytes } = this.#header(encoding, null)
      if (tag === SEQUENCE_END) return fragments
      if (tag !== ITEM || lengthBytes > this.#view.byteLength - this.#at)
        throw new Malformed(
          "FRAGMENTS",
          "PS3.5 A.4",
          "encapsulated Pixel Data do not consist of whole fragments",
        )
      fragments.push({ offsetBytes: this.#at, lengthBytes })
      this.#at += lengthBytes
    }
  }
}

/** VR as written; in implicit VR by dictionary, private and unknown tags UN (creators LO, PS3.5 7.8.1). */
function vrOf(tag: number, written: string): string {
  if (written !== "") return written
  const row = dictionaryRow(tag)
  if (row) return row.vr
  const elementNumber = tag & 0xffff
  const isCreator = (tag >>> 16) % 2 === 1 && elementNumber >= 0x10 && elementNumber <= 0xff
  return isCreator ? "LO" : "UN"
}

/**
 * Find every element from `offsetBytes` to the end of `bytes`.
 *
 * @param untilTag reading stops at this top-level element: it is the last one given, its value may be missing
 * @throws Malformed `DATA_SET_TRUNCATED`, `DATA_SET_NESTING`, `NESTED_TOO_DEEP`, `TOO_MANY_ELEMENTS`, `FRAGMENTS`
 */
export function readElements(
  bytes: Uint8Array,
  offsetBytes: number,
  encoding: Exclude<Encoding, "deflated">,
  untilTag: number | null = null,
): Elements {
  return new ElementReader(bytes, offsetBytes, untilTag).elements(encoding, bytes.length, 0)
}
