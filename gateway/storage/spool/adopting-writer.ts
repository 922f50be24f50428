/**
 * Ciphertext from elsewhere → the same ciphertext in a frame of ours. It is decrypted in memory for its tag and
 * digests, and the clear bytes are dropped at once.
 */
import type { DecipherGCM } from "node:crypto"
import { SpoolError } from "../../journey/errors.ts"
import type { AdoptingWriter, ObjectMeta, SealedObject } from "../../journey/ports.ts"
import type { ContentKey, FrameWriter } from "./frame-writer.ts"
import { TAG_BYTES, gcmDecipher, isAuthentic } from "./gcm.ts"
import { ObjectDigests } from "./object-digests.ts"

export class AdoptedCiphertext implements AdoptingWriter {
  readonly #frame: FrameWriter
  readonly #decipher: DecipherGCM
  readonly #digests = new ObjectDigests(0)

  constructor(frame: FrameWriter, key: ContentKey) {
    this.#frame = frame
    this.#decipher = gcmDecipher(key.cek, key.nonce)
  }

  async write(ciphertext: Uint8Array): Promise<void> {
    if (ciphertext.length === 0) return
    this.#digests.update(this.#decipher.update(ciphertext))
    // A copy: the bytes are kept until their chunk is full, and a socket's buffer is not ours.
    await this.#frame.push(Uint8Array.from(ciphertext))
  }

  async finish(tag: Uint8Array, meta: ObjectMeta): Promise<SealedObject> {
    if (tag.length !== TAG_BYTES) throw tagMismatch()
    this.#decipher.setAuthTag(tag)
    if (!isAuthentic(this.#decipher)) throw tagMismatch()
    return this.#frame.finish(Uint8Array.from(tag), this.#digests.finish(), meta)
  }

  abort(): Promise<void> {
    return this.#frame.abort()
  }
}

function tagMismatch(): SpoolError {
  return new SpoolError("ERR_TAG_MISMATCH", "the tag does not fit the ciphertext that came with it")
}
