/**
 * The head of a deflated data set (PS3.5 A.5). The received bytes stay as they are; only as much of their beginning
 * is inflated as the head needs, in growing prefixes, each with a cap: a few kilobytes of a bomb are never more than
 * MAX_INFLATED_BYTES here.
 */
import { inflateRawSync, constants } from "node:zlib"
import { Malformed } from "../malformed.ts"
import { HeadScanner, MAX_HEAD_BYTES, type Head } from "./head.ts"
import { OctetSink } from "./recode/octet-sink.ts"
import type { Encoding } from "./transfer-syntaxes.generated.ts"

/** RFC 1951 expands by at most 1032: the first prefix can never reach the cap. */
const FIRST_PREFIX_BYTES = 1024
const MAX_INFLATED_BYTES = 2 * MAX_HEAD_BYTES

/** Raw RFC 1951 bytes, whole or cut off, inflated; `Malformed` when over `maxBytes` or not deflate. */
export function inflateCapped(deflated: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return inflateRawSync(deflated, { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    throw new Malformed("DEFLATED", "PS3.5 A.5", `not deflate, or more than ${maxBytes} bytes`, { cause })
  }
}

/** Same contract as HeadScanner. Work is bounded: each prefix is twice the last. */
export class DeflatedHeadScanner {
  readonly #held = new OctetSink(FIRST_PREFIX_BYTES)
  #nextTryBytes = FIRST_PREFIX_BYTES
  #head: Head | null = null

  /** @throws Malformed what HeadScanner throws, and `DEFLATED` */
  push(chunk: Uint8Array): Head | null {
    if (this.#head) return this.#head
    this.#held.bytes(chunk)
    while (!this.#head && this.#held.length >= this.#nextTryBytes) {
      this.#head = this.#try(this.#nextTryBytes)
      this.#nextTryBytes *= 2
    }
    if (!this.#head && this.#held.length > MAX_HEAD_BYTES)
      throw new Malformed(
        "HEAD_TOO_LONG",
        "PS3.5 A.5",
        `no complete identification in ${MAX_HEAD_BYTES} bytes`,
      )
    return this.#head
  }

  end(): Head {
    this.#head ??= this.#try(this.#held.length)
    if (!this.#head)
      throw new Malformed("HEAD_INCOMPLETE", "PS3.3 C.12.1", "the data set ended before its UIDs")
    return this.#head
  }

  #try(prefixBytes: number): Head | null {
    return new HeadScanner("explicit-le").push(
      inflateCapped(this.#held.taken().subarray(0, prefixBytes), MAX_INFLATED_BYTES),
    )
  }
}

/** The scanner for a transfer syntax's encoding. */
export function headScanner(encoding: Encoding): HeadScanner | DeflatedHeadScanner {
  return encoding === "deflated" ? new DeflatedHeadScanner() : new HeadScanner(encoding)
}
