/** Reads small structures that lie close together with few reads: what follows a trailer is the next header. */
import type { DiskFile } from "./disk.ts"

const AHEAD_BYTES = 4096

export class Window {
  readonly #file: DiskFile
  #bytes = Buffer.alloc(0)
  #offset = 0

  constructor(file: DiskFile) {
    this.#file = file
  }

  /** `lengthBytes` from `offsetBytes`, fewer only at the end of the file. Valid until the next call. */
  async read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const isInside =
      offsetBytes >= this.#offset && offsetBytes + lengthBytes <= this.#offset + this.#bytes.length
    if (!isInside) await this.#move(offsetBytes, Math.max(lengthBytes, AHEAD_BYTES))
    const start = offsetBytes - this.#offset
    return this.#bytes.subarray(start, start + lengthBytes)
  }

  async #move(offsetBytes: number, lengthBytes: number): Promise<void> {
    const into = Buffer.alloc(lengthBytes)
    this.#bytes = into.subarray(0, await this.#file.read(into, offsetBytes))
    this.#offset = offsetBytes
  }
}
