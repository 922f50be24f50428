/** One document's octets on their way to the handler, measured in the same pass (ITI TF-3 4.2.3.2.7, 4.2.3.2.22). */
import { createHash } from "node:crypto"
import { AcceptanceError } from "../../journey/errors.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"

export class DocumentOctets implements AsyncIterable<Uint8Array> {
  readonly #entry: DocumentEntry
  readonly #pull: () => Promise<Uint8Array | null>
  readonly #sha1 = createHash("sha1")
  #lengthBytes = 0
  #ended = false

  /** @param pull the next piece, or null at the end */
  constructor(entry: DocumentEntry, pull: () => Promise<Uint8Array | null>) {
    this.#entry = entry
    this.#pull = pull
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let piece = await this.#next(); piece !== null; piece = await this.#next()) yield piece
  }

  /** Reads what the handler left and compares with the metadata. @throws AcceptanceError */
  async settle(): Promise<void> {
    while ((await this.#next()) !== null);
    const { size, hash } = this.#entry
    if (size !== null && size !== this.#lengthBytes) throw this.#mismatch("size")
    if (hash !== null && hash !== this.#sha1.digest("hex")) throw this.#mismatch("hash")
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#ended) return null
    const piece = await this.#pull()
    if (piece === null) {
      this.#ended = true
      return null
    }
    this.#lengthBytes += piece.length
    // Over the declared size already: the rest cannot make it right.
    if (this.#lengthBytes > (this.#entry.size ?? Infinity)) throw this.#mismatch("size")
    this.#sha1.update(piece)
    return piece
  }

  #mismatch(attribute: "size" | "hash"): AcceptanceError {
    const context = `${attribute} of ${this.#entry.uniqueId} is not that of the transmitted octets`
    return new AcceptanceError("ERR_METADATA", "XDSRepositoryMetadataError", context)
  }
}
