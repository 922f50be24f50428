/**
 * Ciphertext from elsewhere → the same ciphertext in a frame of ours. It is decrypted in memory for its tag and
 * digests, and the clear bytes are dropped at once.
 */
import type { DecipherGCM } from "node:crypto"
import { SpoolError } from "../../journey/errors.ts"
import type { AdoptingWriter, ObjectMeta, SealedObject } from "../../journey/ports/spool.ts"
import { letGo } from "../../standards/let-go.ts"
import type { ContentKey, FrameWriter } from "./frame-writer.ts"
import { Gatherer } from "./gatherer.ts"
import { TAG_BYTES, gcmDecipher, isAuthentic } from "./gcm.ts"
import { ObjectDigests } from "./object-digests.ts"

export class AdoptedCiphertext implements AdoptingWriter {
  readonly #frame: FrameWriter
  readonly #decipher: DecipherGCM
  readonly #digests = new ObjectDigests(0)
  readonly #ciphertext: Gatherer

  /** @param gathered GATHER_BYTES long, nobody else's until this object ends */
  constructor(frame: FrameWriter, key: ContentKey, gathered: Buffer) {
    this.#frame = frame
    this.#decipher = gcmDecipher(key.cek, key.nonce)
    this.#ciphertext = new Gatherer(gathered, (ciphertext) => this.#keep(ciphertext))
  }

  async write(ciphertext: Uint8Array): Promise<void> {
    this.#frame.demandUnfinished()
    await this.#ciphertext.take(ciphertext)
  }

  async finish(tag: Uint8Array, meta: ObjectMeta): Promise<SealedObject> {
    this.#frame.demandUnfinished()
    await this.#ciphertext.flush()
    if (tag.length !== TAG_BYTES) throw tagMismatch()
    this.#decipher.setAuthTag(tag)
    if (!isAuthentic(this.#decipher)) throw tagMismatch()
    return this.#frame.finish(Uint8Array.from(tag), this.#digests.finish(), meta)
  }

  abort(): Promise<void> {
    return this.#frame.abort()
  }

  async #keep(ciphertext: Uint8Array): Promise<void> {
    const clear = this.#decipher.update(ciphertext)
    this.#digests.update(clear)
    letGo(clear)
    await this.#frame.push(ciphertext)
  }
}

function tagMismatch(): SpoolError {
  return new SpoolError("ERR_TAG_MISMATCH", "the tag does not fit the ciphertext that came with it")
}
