/**
 * Octets read in bounds and written in order. Every length a peer claims is checked against what is really there
 * before a byte is taken; nothing is ever allocated by a claimed size.
 */
import { Malformed } from "../malformed.ts"

const ascii = new TextDecoder("latin1")

/** Reads one bounded stretch of bytes; a read past its end throws `Malformed(code, clause)`. */
export class OctetReader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #code: string
  readonly #clause: string
  offset = 0

  /**
   * @param bytes  the stretch; views handed out share its memory
   * @param code   Malformed code when a claimed length does not fit
   * @param clause the rule that is broken then
   */
  constructor(bytes: Uint8Array, code: string, clause: string) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#code = code
    this.#clause = clause
  }

  get remaining(): number {
    return this.bytes.length - this.offset
  }

  #advance(lengthBytes: number): number {
    if (lengthBytes > this.remaining)
      throw new Malformed(this.#code, this.#clause, `${lengthBytes} bytes claimed, ${this.remaining} there`)
    const at = this.offset
    this.offset += lengthBytes
    return at
  }

  skip(lengthBytes: number): void {
    this.#advance(lengthBytes)
  }
  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }
  u16(littleEndian = false): number {
    return this.#view.getUint16(this.#advance(2), littleEndian)
  }
  u32(littleEndian = false): number {
    return this.#view.getUint32(this.#advance(4), littleEndian)
  }
  /** A view, not a copy. */
  take(lengthBytes: number): Uint8Array {
    const at = this.#advance(lengthBytes)
    return this.bytes.subarray(at, at + lengthBytes)
  }
  /** ISO 646 text without the padding PS3.5 6.2 allows (trailing NUL of UI, spaces of AE). */
  text(lengthBytes: number): string {
    return trimmed(this.take(lengthBytes))
  }
  /** A reader over the next bytes only. */
  within(lengthBytes: number): OctetReader {
    return new OctetReader(this.take(lengthBytes), this.#code, this.#clause)
  }
}

/** ISO 646 text without leading spaces and trailing NULs or spaces. */
export function trimmed(bytes: Uint8Array): string {
  return ascii
    .decode(bytes)
    .replace(/[\0 ]+$/, "")
    .replace(/^ +/, "")
}

/** ISO 646 text as bytes; UIDs, AE titles and version names hold nothing else. */
export function isoBytes(text: string): Uint8Array {
  // By hand: Uint8Array.from walks an iterator, and this is done a dozen times for every image.
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at)
  return bytes
}

/** Big endian unless said otherwise, as PS3.8 9.3.1 writes. */
export function u16Bytes(value: number, littleEndian = false): Uint8Array {
  const bytes = new Uint8Array(2)
  new DataView(bytes.buffer).setUint16(0, value, littleEndian)
  return bytes
}

export function u32Bytes(value: number, littleEndian = false): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, littleEndian)
  return bytes
}

/** One array of all parts, in order. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
