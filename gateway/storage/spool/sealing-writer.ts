/** Clear bytes → ciphertext, digests and a frame, in one pass. What is gathered of them is wiped when the object ends. */
import type { CipherGCM } from "node:crypto"
import type { ObjectMeta, ObjectWriter, SealedObject } from "../../journey/ports/spool.ts"
import { letGo } from "../../standards/let-go.ts"
import type { ContentKey, FrameWriter } from "./frame-writer.ts"
import { Gatherer } from "./gatherer.ts"
import { gcmCipher } from "./gcm.ts"
import { ObjectDigests } from "./object-digests.ts"

export class SealingWriter implements ObjectWriter {
  readonly #frame: FrameWriter
  readonly #cipher: CipherGCM
  readonly #digests: ObjectDigests
  readonly #gathered: Buffer
  readonly #clear: Gatherer

  /** @param gathered GATHER_BYTES long, nobody else's until this object ends */
  constructor(frame: FrameWriter, key: ContentKey, prologueLengthBytes: number, gathered: Buffer) {
    this.#frame = frame
    this.#cipher = gcmCipher(key.cek, key.nonce)
    this.#digests = new ObjectDigests(prologueLengthBytes)
    this.#gathered = gathered
    this.#clear = new Gatherer(gathered, (clear) => this.#seal(clear))
  }

  async write(clear: Uint8Array): Promise<void> {
    this.#frame.demandUnfinished()
    await this.#clear.take(clear)
  }

  async dataSetDigest(): Promise<Uint8Array> {
    this.#frame.demandUnfinished()
    await this.#clear.flush()
    return this.#digests.dataSetSoFar()
  }

  async finish(meta: ObjectMeta): Promise<SealedObject> {
    this.#frame.demandUnfinished()
    await this.#clear.flush()
    this.#cipher.final()
    const tag = Uint8Array.from(this.#cipher.getAuthTag())
    const sealed = await this.#frame.finish(tag, this.#digests.finish(), meta)
    this.#gathered.fill(0)
    return sealed
  }

  abort(): Promise<void> {
    return this.#frame.abort()
  }

  async #seal(clear: Uint8Array): Promise<void> {
    this.#digests.update(clear)
    const ciphertext = this.#cipher.update(clear)
    await this.#frame.push(ciphertext)
    letGo(ciphertext)
  }
}
