/** A frame whose trailer has opened, to be read as often as wanted. Each reading opens the file for itself. */
import { crc32 } from "node:zlib"
import type { ObjectPlace, ReadableObject, SealedFacts } from "../../journey/ports/spool.ts"
import { type ClearRange, clearBytes } from "./clear-range.ts"
import type { Disk, DiskFile } from "./disk.ts"
import { readFailure, rot, slotGone } from "./failure.ts"
import { type Frame, ciphertextOf } from "./read-frame.ts"
import type { LiveSlot } from "./live-slot.ts"

export class SpoolObject implements ReadableObject {
  readonly place: ObjectPlace
  readonly facts: SealedFacts
  readonly #disk: Disk
  readonly #path: string
  readonly #slot: LiveSlot
  readonly #frame: Frame

  constructor(disk: Disk, path: string, slot: LiveSlot, frame: Frame) {
    this.place = frame.object.place
    this.facts = frame.object.facts
    this.#disk = disk
    this.#path = path
    this.#slot = slot
    this.#frame = frame
  }

  /** Throws ERR_SPOOL_ROT after the last byte when they were not the bytes written: the receiver's tag says so too. */
  async *ciphertext(): AsyncGenerator<Uint8Array> {
    let crc = 0
    for await (const piece of this.#reading((file) => ciphertextOf(file, this.#frame))) {
      crc = crc32(piece, crc)
      yield piece
    }
    if (crc !== this.#frame.header.ciphertextCrc32) throw rot("the ciphertext's CRC-32 does not fit")
  }

  /** Throws RangeError for a range outside the object. */
  clear(range: ClearRange = { start: 0, end: this.facts.clearLengthBytes }): AsyncIterable<Uint8Array> {
    const isInside = range.start >= 0 && range.start <= range.end && range.end <= this.facts.clearLengthBytes
    if (!isInside) throw new RangeError("the range lies outside the object")
    return this.#reading((file) => clearBytes(file, this.#frame, range))
  }

  /** Stops at the next piece when the slot is destroyed: its readers go first. */
  async *#reading(read: (file: DiskFile) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const file = await this.#open()
    try {
      for await (const piece of read(file)) {
        this.#demandSlot()
        yield piece
      }
    } finally {
      await file.close()
    }
  }

  async #open(): Promise<DiskFile> {
    this.#demandSlot()
    try {
      return await this.#disk.open(this.#path, "read")
    } catch (cause) {
      throw readFailure("opening a segment", cause)
    }
  }

  #demandSlot(): void {
    if (this.#slot.gone) throw slotGone(this.#slot.slotId)
  }
}
