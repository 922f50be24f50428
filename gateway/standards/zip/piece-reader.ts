/** A stream that comes in pieces of any length, read by lengths: some whole, some passed on as they come. */
import { wrongZip } from "./format.ts"

export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(octets: AsyncIterable<Uint8Array>) {
    this.#pieces = octets[Symbol.asyncIterator]()
  }

  /** Exactly so many, held: for headers. @throws Malformed ZIP when it ends before */
  async take(lengthBytes: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = []
    for await (const piece of this.pass(lengthBytes)) taken.push(Uint8Array.from(piece))
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken)
  }

  /** Exactly so many, as they come. @throws Malformed ZIP when it ends before */
  async *pass(lengthBytes: number): AsyncGenerator<Uint8Array> {
    for (let left = lengthBytes; left > 0;) {
      if (this.#rest.length === 0) await this.#more()
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  async #more(): Promise<void> {
    const next = await this.#pieces.next()
    if (next.done === true) throw wrongZip("4.3.6", "it ends within a file")
    this.#rest = next.value
  }
}
