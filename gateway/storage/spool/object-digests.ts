/**
 * SHA-256 of a clear object and of its data set, in one pass. The two differ by what stands before the data set:
 * the prologue the caller wrote, or, without one, preamble and group 0002 of what turns out to be a DICOM file.
 */
import type { Hash } from "node:crypto"
import { createHash } from "node:crypto"
import { PROLOGUE_HEAD_BYTES, dataSetOffset } from "./part10-prologue.ts"

export interface Digests {
  readonly sha256: Uint8Array
  readonly sha256DataSet: Uint8Array
}

export class ObjectDigests {
  readonly #object = createHash("sha256")
  #dataSet: Hash | null = null
  /** First byte of the data set; null until known; 0 = the whole object, so that one hash is enough. */
  #offset: number | null
  #seen = 0
  readonly #head = Buffer.alloc(PROLOGUE_HEAD_BYTES)

  /** @param prologueLengthBytes of the prologue that comes first; 0 = look for one */
  constructor(prologueLengthBytes: number) {
    this.#offset = prologueLengthBytes > 0 ? prologueLengthBytes : null
  }

  /** Bytes of the object so far. */
  get seenBytes(): number {
    return this.#seen
  }

  update(clear: Uint8Array): void {
    const start = this.#seen
    this.#seen += clear.length
    this.#object.update(clear)
    this.#offset ??= this.#look(clear, start)
    if (this.#offset === null || this.#offset === 0 || this.#seen <= this.#offset) return
    this.#dataSet ??= createHash("sha256")
    this.#dataSet.update(clear.subarray(Math.max(0, this.#offset - start)))
  }

  /** Of the data set so far; `finish` may follow. */
  dataSetSoFar(): Uint8Array {
    const hash = this.#hasDataSet ? (this.#dataSet ?? createHash("sha256")) : this.#object
    return Uint8Array.from(hash.copy().digest())
  }

  get #hasDataSet(): boolean {
    return this.#offset !== null && this.#offset > 0 && this.#offset <= this.#seen
  }

  /** Once. A data set announced to begin beyond the end is none: both digests are the object's then. */
  finish(): Digests {
    const sha256 = Uint8Array.from(this.#object.digest())
    if (!this.#hasDataSet) return { sha256, sha256DataSet: sha256 }
    return { sha256, sha256DataSet: Uint8Array.from((this.#dataSet ?? createHash("sha256")).digest()) }
  }

  /** Whatever comes in before the head is whole lies before any data set. */
  #look(clear: Uint8Array, start: number): number | null {
    this.#head.set(clear.subarray(0, PROLOGUE_HEAD_BYTES - start), start)
    return this.#seen < PROLOGUE_HEAD_BYTES ? null : (dataSetOffset(this.#head) ?? 0)
  }
}
