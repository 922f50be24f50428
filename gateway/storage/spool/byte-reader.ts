/** Reads big-endian fields one after the other and refuses to go past the end. */
import { rot } from "./failure.ts"

export class ByteReader {
  readonly #bytes: Buffer
  readonly #what: string
  #position = 0

  /** `what` names the structure in refusals. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#what = what
  }

  /** A copy, so that what was read does not keep the whole structure alive. */
  bytes(lengthBytes: number): Uint8Array {
    return Uint8Array.from(this.#take(lengthBytes))
  }

  uint8(): number {
    return this.#take(1).readUInt8()
  }

  uint16(): number {
    return this.#take(2).readUInt16BE()
  }

  uint32(): number {
    return this.#take(4).readUInt32BE()
  }

  uint64(): number {
    const value = this.#take(8).readBigUInt64BE()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw rot(`a number of the ${this.#what} is too large`)
    return Number(value)
  }

  /** u16 length, then UTF-8. */
  text(maxBytes: number): string {
    const lengthBytes = this.uint16()
    if (lengthBytes > maxBytes) throw rot(`a text of the ${this.#what} is too long`)
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#take(lengthBytes))
    } catch (cause) {
      throw rot(`a text of the ${this.#what} is not UTF-8`, { cause })
    }
  }

  end(): void {
    if (this.#position !== this.#bytes.length) throw rot(`bytes are left over after the ${this.#what}`)
  }

  #take(lengthBytes: number): Buffer {
    const end = this.#position + lengthBytes
    if (end > this.#bytes.length) throw rot(`the ${this.#what} is cut short`)
    const taken = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return taken
  }
}
