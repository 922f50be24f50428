/** Clear bytes → ciphertext, digests and a frame, in one pass and without a copy of the clear bytes. */
import type { CipherGCM } from "node:crypto"
import { createCipheriv } from "node:crypto"
import type { ObjectMeta, ObjectWriter, SealedObject } from "../../journey/ports.ts"
import type { ContentKey, FrameWriter } from "./frame-writer.ts"
import { ALGORITHM, TAG_BYTES } from "./gcm.ts"
import { ObjectDigests } from "./object-digests.ts"

export class SealingWriter implements ObjectWriter {
  readonly #frame: FrameWriter
  readonly #cipher: CipherGCM
  readonly #digests: ObjectDigests

  constructor(frame: FrameWriter, key: ContentKey, prologueLengthBytes: number) {
    this.#frame = frame
    this.#cipher = createCipheriv(ALGORITHM, key.cek, key.nonce, { authTagLength: TAG_BYTES })
    this.#digests = new ObjectDigests(prologueLengthBytes)
  }

  async write(clear: Uint8Array): Promise<void> {
    if (clear.length === 0) return
    this.#digests.update(clear)
    await this.#frame.push(this.#cipher.update(clear))
  }

  async finish(meta: ObjectMeta): Promise<SealedObject> {
    this.#cipher.final()
    return this.#frame.finish(Uint8Array.from(this.#cipher.getAuthTag()), this.#digests.finish(), meta)
  }

  abort(): Promise<void> {
    return this.#frame.abort()
  }
}
