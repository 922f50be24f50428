/**
 * What may stand behind a deflated stream: padding by zeros, or the eight octets with which gzip ends (RFC 1952 2.3.1:
 * CRC-32 and length of what was inflated). PS3.5 A.5 wants neither, but old toolkits write them, and their files are whole.
 */
import { crc32 } from "node:zlib"
import { Malformed } from "../malformed.ts"

const GZIP_END_BYTES = 8

export class StreamEnd {
  readonly #first = Buffer.alloc(GZIP_END_BYTES)
  #behindBytes = 0
  #crc = 0
  #inflatedBytes = 0

  /** What comes out of the stream, in order. */
  inflated(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc)
    this.#inflatedBytes += bytes.length
  }

  /** @throws Malformed DEFLATED for more than an end can be */
  behind(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, Math.max(0, GZIP_END_BYTES - this.#behindBytes))
    this.#first.set(kept, Math.min(this.#behindBytes, GZIP_END_BYTES))
    this.#behindBytes += bytes.length
    if (bytes.subarray(kept.length).some((octet) => octet !== 0)) throw tooEarly()
  }

  /** When nothing more comes. @throws Malformed DEFLATED when it is neither padding nor gzip's end of this stream */
  check(): void {
    if (this.#first.every((octet) => octet === 0)) return
    const isGzip =
      this.#first.readUInt32LE(0) === this.#crc &&
      this.#first.readUInt32LE(4) === this.#inflatedBytes % 2 ** 32
    if (!isGzip) throw tooEarly()
  }
}

const tooEarly = (): Malformed =>
  new Malformed("DEFLATED", "PS3.5 A.5", "the stream ends before the object does")
