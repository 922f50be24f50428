/**
 * The beginning of a CMS message whose end has not come: containers are walked into without needing their ends, by DER or
 * BER (X.690 §8.1.3).
 */
import type { Malformed } from "../malformed.ts"
import { derFromBer } from "./ber.ts"
import { MAX_DEPTH, type Der, readDer } from "./der.ts"

/** Where an open container ends, counted from the first octet of the message; null = indefinite. */
export type ContainerEnd = number | null

/** A string that has been opened and not read: its length, or where its segments end (undefined: it is one piece). */
export interface OpenString {
  readonly lengthBytes: number | null
  readonly segmentsEnd: ContainerEnd | undefined
}

/** What is here ends before the value does. */
export class MoreNeeded extends Error {}

export class OpenOctets {
  at = 0
  readonly #bytes: Uint8Array
  readonly #maxBytes: number
  readonly #malformed: (message: string) => Malformed

  /** @param maxBytes no value before the string may be longer */
  constructor(bytes: Uint8Array, maxBytes: number, malformed: (message: string) => Malformed) {
    this.#bytes = bytes
    this.#maxBytes = maxBytes
    this.#malformed = malformed
  }

  /** The identifier octet that comes next. */
  get tag(): number {
    return this.#octet(this.at)
  }

  /** Opens a container: its end, or null when indefinite. */
  enter(tag: number): ContainerEnd {
    this.#tag(tag)
    const lengthBytes = this.#length()
    return lengthBytes === null ? null : this.at + lengthBytes
  }

  /** One small value, whole. */
  value(tag: number): Der {
    const from = this.at
    this.#tag(tag)
    const lengthBytes = this.#length()
    if (lengthBytes === null) this.#skipContents(tag, from, 1)
    else this.#skip(lengthBytes, from)
    if (this.at > this.#bytes.length) throw new MoreNeeded()
    return readDer(derFromBer(new Uint8Array(this.#bytes.subarray(from, this.at))))
  }

  /** An OCTET STRING under this tag, primitive, or constructed of segments. */
  enterString(tag: number): OpenString {
    const constructed = tag | 0x20
    if (this.tag === constructed) return { lengthBytes: null, segmentsEnd: this.enter(constructed) }
    this.#tag(tag)
    const lengthBytes = this.#length()
    if (lengthBytes === null) throw this.#malformed("primitive string of indefinite length")
    return { lengthBytes, segmentsEnd: undefined }
  }

  /** To where the contents of an indefinite value end. */
  #skipContents(tag: number, from: number, depth: number): void {
    if ((tag & 0x20) === 0) throw this.#malformed("primitive value of indefinite length")
    if (depth > MAX_DEPTH) throw this.#malformed(`nested deeper than ${MAX_DEPTH}`)
    while (this.#octet(this.at) !== 0) {
      const inner = this.#octet(this.at)
      this.at += 1
      const lengthBytes = this.#length()
      if (lengthBytes === null) this.#skipContents(inner, from, depth + 1)
      else this.#skip(lengthBytes, from)
    }
    if (this.#octet(this.at + 1) !== 0) throw this.#malformed("end of contents")
    this.at += 2
  }

  #skip(lengthBytes: number, from: number): void {
    this.at += lengthBytes
    if (this.at - from > this.#maxBytes) throw this.#malformed("header is too long")
  }

  #tag(tag: number): void {
    const found = this.#octet(this.at)
    if (found !== tag) throw this.#malformed(`tag ${found.toString(16)} instead of ${tag.toString(16)}`)
    this.at += 1
  }

  #length(): number | null {
    const first = this.#octet(this.at)
    const octets = first < 0x80 ? 0 : first & 0x7f
    if (octets > 6) throw this.#malformed("length of more than 6 octets")
    this.at += 1
    if (first < 0x80) return first
    if (octets === 0) return null
    let lengthBytes = 0
    for (let i = 0; i < octets; i++) lengthBytes = lengthBytes * 256 + this.#octet(this.at + i)
    this.at += octets
    return lengthBytes
  }

  #octet(at: number): number {
    const octet = this.#bytes[at]
    if (octet === undefined) throw new MoreNeeded()
    return octet
  }
}
