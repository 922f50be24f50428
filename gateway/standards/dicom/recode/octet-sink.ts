/** Bytes written in order into one buffer that grows; lengths known only afterwards are filled in later. */
import { UNDEFINED_LENGTH } from "../element-header.ts"
import { hasShortHeader } from "./value-representations.ts"

export class OctetSink {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(Math.max(64, expectedBytes))
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** Little endian, as everything here. */
  u16(value: number): void {
    this.#room(2)
    this.#view.setUint16(this.#length, value, true)
    this.#length += 2
  }
  u32(value: number): void {
    this.#room(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  /** ISO 646: one byte for each character. */
  text(value: string): void {
    this.#room(value.length)
    for (let at = 0; at < value.length; at++) this.#bytes[this.#length + at] = value.charCodeAt(at)
    this.#length += value.length
  }

  /** Item, delimiter (PS3.5 7.5), or element header in implicit VR (7.1.3): tag and length, no VR. */
  item(tag: number, lengthBytes: number): void {
    this.#tag(tag)
    this.u32(lengthBytes)
  }

  /** Element header in explicit VR little endian (PS3.5 7.1.2). */
  element(tag: number, vr: string, lengthBytes: number): void {
    this.#tag(tag)
    this.u16(vr.charCodeAt(0) + vr.charCodeAt(1) * 0x100)
    if (hasShortHeader(vr)) return this.u16(lengthBytes)
    this.u16(0)
    this.u32(lengthBytes)
  }

  /** The length field that ends at `valueStart` gets what was written since; undefined stays undefined. */
  settleLength(valueStart: number, wasLengthBytes: number): void {
    if (wasLengthBytes !== UNDEFINED_LENGTH)
      this.#view.setUint32(valueStart - 4, this.#length - valueStart, true)
  }

  /** What was written; a view that later writing does not change. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #tag(tag: number): void {
    this.u16(tag >>> 16)
    this.u16(tag & 0xffff)
  }
  #room(moreBytes: number): void {
    if (this.#length + moreBytes <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + moreBytes))
    larger.set(this.taken())
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
