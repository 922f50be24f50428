/**
 * DER (X.690 §8, §10): bytes → values, strict.
 *
 * Refused: indefinite and non-minimal lengths, tag numbers above 30, nesting deeper than MAX_DEPTH, a value longer than
 * its bytes, and bytes behind the value. Nothing is copied: every part is a view of the input.
 */
import { Malformed } from "../malformed.ts"

/** Certificates and CMS messages nest about 12 deep; HPKI hcRole adds 6. */
export const MAX_DEPTH = 32
const MAX_LENGTH_OCTETS = 4

/** Identifier octets (X.690 §8.1.2) of the types CMS and X.509 use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

const CONSTRUCTED = 0x20

/** One value: its identifier octet, what it holds, and the octets of the whole. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly encoded: Uint8Array
}

export const malformedDer = (message: string) => new Malformed("DER", "X.690 §10", message)

/** Reads exactly one value and checks the whole tree below it. Throws Malformed DER. */
export function readDer(bytes: Uint8Array): Der {
  const value = valueAt(bytes, 0)
  if (value.encoded.length !== bytes.length) throw malformedDer("bytes follow the value")
  checkTree(value, 1)
  return value
}

/** The values inside a constructed one, in order. */
export function childrenOf(value: Der): readonly Der[] {
  if ((value.tag & CONSTRUCTED) === 0) throw malformedDer(`tag ${hex(value.tag)} holds no values`)
  const children: Der[] = []
  for (let at = 0; at < value.content.length;) {
    const child = valueAt(value.content, at)
    children.push(child)
    at += child.encoded.length
  }
  return children
}

function checkTree(value: Der, depth: number): void {
  if (depth > MAX_DEPTH) throw malformedDer(`nested deeper than ${MAX_DEPTH}`)
  if ((value.tag & CONSTRUCTED) === 0) return
  for (const child of childrenOf(value)) checkTree(child, depth + 1)
}

function valueAt(bytes: Uint8Array, at: number): Der {
  const tag = bytes[at]
  if (tag === undefined) throw malformedDer("ends where a value should begin")
  if ((tag & 0x1f) === 0x1f) throw malformedDer("tag number above 30")
  const { lengthBytes, headerBytes } = lengthAt(bytes, at + 1)
  const start = at + 1 + headerBytes
  const end = start + lengthBytes
  if (end > bytes.length) throw malformedDer("value is longer than its bytes")
  return { tag, content: bytes.subarray(start, end), encoded: bytes.subarray(at, end) }
}

function lengthAt(bytes: Uint8Array, at: number): { lengthBytes: number; headerBytes: number } {
  const first = bytes[at]
  if (first === undefined) throw malformedDer("ends where a length should be")
  if (first < 0x80) return { lengthBytes: first, headerBytes: 1 }
  const octets = first & 0x7f
  if (octets === 0) throw malformedDer("indefinite length")
  if (octets > MAX_LENGTH_OCTETS) throw malformedDer("length of more than 4 octets")
  let lengthBytes = 0
  for (let i = 1; i <= octets; i++) lengthBytes = lengthBytes * 256 + (bytes[at + i] ?? NaN)
  if (Number.isNaN(lengthBytes)) throw malformedDer("ends inside a length")
  if (lengthBytes < 0x80 || lengthBytes < 256 ** (octets - 1)) throw malformedDer("length is not minimal")
  return { lengthBytes, headerBytes: 1 + octets }
}

/** Takes the parts of a SEQUENCE (or any constructed value) one after the other. */
export class DerParts {
  readonly #parts: readonly Der[]
  readonly #what: string
  #next = 0

  constructor(value: Der, what: string, tag: number = TAG.sequence) {
    if (value.tag !== tag) throw malformedDer(`${what}: tag ${hex(value.tag)} instead of ${hex(tag)}`)
    this.#parts = childrenOf(value)
    this.#what = what
  }

  /** The next part, which must be there; with `tag` it must have it. */
  take(tag?: number): Der {
    const part = this.#parts[this.#next]
    if (part === undefined) throw malformedDer(`${this.#what}: part ${this.#next + 1} is missing`)
    if (tag !== undefined && part.tag !== tag) {
      throw malformedDer(
        `${this.#what}: part ${this.#next + 1} has tag ${hex(part.tag)} instead of ${hex(tag)}`,
      )
    }
    this.#next += 1
    return part
  }

  /** The next part if it has this tag, else null and nothing is taken. */
  maybe(tag: number): Der | null {
    return this.#parts[this.#next]?.tag === tag ? this.take() : null
  }

  rest(): readonly Der[] {
    const rest = this.#parts.slice(this.#next)
    this.#next = this.#parts.length
    return rest
  }

  /** Refuses parts nobody took. */
  end(): void {
    if (this.#next < this.#parts.length)
      throw malformedDer(`${this.#what}: unexpected part ${this.#next + 1}`)
  }
}

const hex = (tag: number) => tag.toString(16).padStart(2, "0")
