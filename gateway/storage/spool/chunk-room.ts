/**
 * Memory for chunks of ciphertext on their way to the disk, used again and again: an object of any length passes through
 * two of them. Clear bytes never come here.
 */
import { letGo } from "../../standards/let-go.ts"
import { CHUNK_BYTES } from "./limits.ts"

/** Enough for four objects at once; more than these are freed when they come back. */
const KEPT_CHUNKS = 8

export class ChunkRoom {
  readonly #free: Buffer[] = []

  /** CHUNK_BYTES, with whatever was in them before; the taker's alone until they are given back. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  }

  /** Once, and after every write of it has ended. */
  giveBack(chunk: Buffer): void {
    if (this.#free.length < KEPT_CHUNKS) this.#free.push(chunk)
    else letGo(chunk)
  }
}
