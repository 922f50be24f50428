/**
 * A data set written again in Explicit VR Little Endian, every value kept.
 *
 * Headers are read and written one by one: nothing is decoded, no text is touched, sequences keep the kind of length
 * they had. What could come out with another meaning is refused, and the instance then travels as it was received.
 */
import { Malformed } from "../../malformed.ts"
import { dictionaryRow } from "../dictionary.ts"
import { readElementHeader, UNDEFINED_LENGTH, type ElementHeader } from "../element-header.ts"
import { MAX_NESTING } from "../elements.ts"
import type { Encoding } from "../transfer-syntaxes.generated.ts"
import { OctetSink } from "./octet-sink.ts"
import { isDropped, ITEM, ITEM_END, PIXEL_DATA, PIXEL_REPRESENTATION, SEQUENCE_END } from "./tags.ts"
import { endOfFragments, endOfItems } from "./undefined-length.ts"
import { isKnownVr, swappedWords, vrForLength, wordBytes } from "./value-representations.ts"

/** How the source is written; a deflated one is given inflated, as explicit little endian. */
export type SourceEncoding = Exclude<Encoding, "deflated">

export interface RewriteOptions {
  readonly encoding: SourceEncoding
  /** Pixel Representation (0028,0103) of the data set is 1: what "US or SS" means. */
  readonly signed: boolean
  /** New values of top-level elements; an element that is not there is not added. */
  readonly replaced: ReadonlyMap<number, Uint8Array>
}

/** Look-up tables whose implicit VR may be OW: a table of 65,536 entries does not fit the length of US. */
const LUT_DATA = new Set([0x00281200, 0x00283006])

const unclear = (clause: string, message: string): Malformed =>
  new Malformed("RECODE_UNCLEAR", clause, message)

class Rewriter {
  readonly sink: OctetSink
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #options: RewriteOptions
  #at = 0

  constructor(bytes: Uint8Array, options: RewriteOptions) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#options = options
    this.sink = new OctetSink(bytes.length + (bytes.length >> 2))
  }

  /** Elements up to `end`, or through the item's delimiter when `end` is null. */
  dataSet(end: number | null, depth: number, inheritedSign: boolean): void {
    if (depth > MAX_NESTING)
      throw new Malformed("NESTED_TOO_DEEP", "PS3.5 7.5", `more than ${MAX_NESTING} levels`)
    const seen = new Set<number>()
    let signed = inheritedSign
    while (end === null || this.#at < end) {
      const header = this.#header(end)
      if (header.tag === ITEM_END && end === null) return this.sink.item(ITEM_END, 0)
      if (seen.has(header.tag))
        throw new Malformed("RECODE_REPEATED", "PS3.5 7.1", "an element stands twice in one data set")
      seen.add(header.tag)
      if (header.tag === PIXEL_REPRESENTATION)
        signed = this.#bytes[this.#at] === 1 || this.#bytes[this.#at + 1] === 1
      if (isDropped(header.tag, depth)) this.#value(header, end)
      else this.#element(header, end, depth, signed)
    }
  }

  #header(end: number | null): ElementHeader {
    const header = readElementHeader(this.#view, this.#at, this.#options.encoding)
    if (!header || this.#at + header.headerBytes > (end ?? this.#view.byteLength))
      throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.1", "the data set ends inside an element header")
    this.#at += header.headerBytes
    return header
  }

  /** A value of defined length, as it stands; passed over. */
  #value({ lengthBytes }: ElementHeader, end: number | null): Uint8Array {
    if (lengthBytes === UNDEFINED_LENGTH) throw unclear("PS3.5 7.1", "a value must not have undefined length")
    if (lengthBytes % 2 === 1) throw unclear("PS3.5 7.1.1", "a value of odd length")
    if (this.#at + lengthBytes > (end ?? this.#view.byteLength))
      throw new Malformed(
        "DATA_SET_TRUNCATED",
        "PS3.5 7.1",
        `a value of ${lengthBytes} bytes reaches outside`,
      )
    const value = this.#bytes.subarray(this.#at, this.#at + lengthBytes)
    this.#at += lengthBytes
    return value
  }

  #element(header: ElementHeader, end: number | null, depth: number, signed: boolean): void {
    const { tag, lengthBytes } = header
    const vr = this.#vr(header, signed)
    if (vr === "SQ") return this.#sequence(header, end, depth, signed)
    if (lengthBytes === UNDEFINED_LENGTH) return this.#asItStands(tag, vr)
    const value = this.#value(header, end)
    const replacement = depth === 0 ? this.#options.replaced.get(tag) : undefined
    const written = replacement ?? this.#littleEndian(value, vr)
    this.sink.element(tag, vrForLength(vr, written.length), written.length)
    this.sink.bytes(written)
  }

  #littleEndian(value: Uint8Array, vr: string): Uint8Array {
    if (this.#options.encoding !== "explicit-be") return value
    if (value.length % wordBytes(vr) !== 0) throw unclear("PS3.5 7.3", "a value is no whole number of words")
    return swappedWords(value, vr)
  }

  /** The VR to be written: as it was, by dictionary from implicit VR, UN for what nobody knows. */
  #vr({ tag, vr }: ElementHeader, signed: boolean): string {
    if (this.#options.encoding === "implicit-le") return implicitVr(tag, signed)
    if (isKnownVr(vr)) return vr
    if (!/^[A-Z]{2}$/.test(vr) || this.#options.encoding === "explicit-be")
      throw unclear("PS3.5 6.2", "a VR that nobody knows")
    return "UN"
  }

  #sequence(header: ElementHeader, end: number | null, depth: number, signed: boolean): void {
    const { tag, lengthBytes } = header
    const sequenceEnd = lengthBytes === UNDEFINED_LENGTH ? null : this.#at + lengthBytes
    if (sequenceEnd !== null && sequenceEnd > (end ?? this.#view.byteLength))
      throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.5", "a sequence reaches outside")
    this.sink.element(tag, "SQ", lengthBytes)
    const start = this.sink.length
    this.#items(sequenceEnd, depth, signed)
    this.sink.settleLength(start, lengthBytes)
  }

  #items(end: number | null, depth: number, signed: boolean): void {
    while (end === null || this.#at < end) {
      const { tag, lengthBytes } = this.#header(end)
      if (tag === SEQUENCE_END && end === null) return this.sink.item(SEQUENCE_END, 0)
      if (tag !== ITEM)
        throw new Malformed("DATA_SET_NESTING", "PS3.5 7.5", "a sequence holds something but items")
      const itemEnd = lengthBytes === UNDEFINED_LENGTH ? null : this.#at + lengthBytes
      if (itemEnd !== null && itemEnd > (end ?? this.#view.byteLength))
        throw new Malformed("DATA_SET_NESTING", "PS3.5 7.5", "an item is longer than its sequence")
      this.sink.item(ITEM, lengthBytes)
      const start = this.sink.length
      this.dataSet(itemEnd, depth + 1, signed)
      this.sink.settleLength(start, lengthBytes)
    }
  }

  /** UN of undefined length, and nested encapsulated pixel data: their bytes are the same in every encoding. */
  #asItStands(tag: number, vr: string): void {
    if (this.#options.encoding === "explicit-be") throw unclear("PS3.5 A.3", "undefined length in big endian")
    const fragments = vr === "OB" || vr === "OW" || tag === PIXEL_DATA
    if (!fragments && vr !== "UN") throw unclear("PS3.5 7.1.2", `a ${vr} of undefined length`)
    const end = (fragments ? endOfFragments : endOfItems)(this.#view, this.#at)
    if (end > this.#view.byteLength)
      throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.5", "a value of undefined length is not closed")
    this.sink.element(tag, vr, UNDEFINED_LENGTH)
    this.sink.bytes(this.#bytes.subarray(this.#at, end))
    this.#at = end
  }
}

/** PS3.6 by tag; private and unknown tags UN, private creators LO (PS3.5 7.8.1). */
function implicitVr(tag: number, signed: boolean): string {
  if (LUT_DATA.has(tag)) return "OW"
  const row = dictionaryRow(tag)
  if (row) return row.vr === "xs" ? (signed ? "SS" : "US") : row.vr
  const number = tag & 0xffff
  return (tag >>> 16) % 2 === 1 && number >= 0x10 && number <= 0xff ? "LO" : "UN"
}

/**
 * The elements in `bytes`, whole, as Explicit VR Little Endian.
 *
 * @throws Malformed RECODE_REPEATED, RECODE_UNCLEAR, and those of a broken data set: DATA_SET_TRUNCATED,
 *   DATA_SET_NESTING, NESTED_TOO_DEEP, FRAGMENTS
 */
export function rewriteElements(bytes: Uint8Array, options: RewriteOptions): Uint8Array {
  const rewriter = new Rewriter(bytes, options)
  rewriter.dataSet(bytes.length, 0, options.signed)
  return rewriter.sink.taken()
}
