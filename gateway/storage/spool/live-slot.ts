/** One study's key of one class, in memory while the spool is open, and the keys that come of it. */
import type { SlotClass } from "../../journey/ports/spool.ts"
import { deriveKey } from "./derive.ts"
import { slotGone } from "./failure.ts"

export class LiveSlot {
  readonly slotId: string
  readonly slotClass: SlotClass
  /** 32 bytes; zero once the slot is gone. */
  readonly slotKey: Buffer
  index: number
  #gone = false
  #trailerKey: Buffer | null = null
  #columnKey: Buffer | null = null

  /** @param slotKey becomes the slot's own, and is zeroed with it */
  constructor(slotId: string, slotClass: SlotClass, slotKey: Buffer, index: number) {
    this.slotId = slotId
    this.slotClass = slotClass
    this.slotKey = slotKey
    this.index = index
  }

  /** Set before the first page is zeroed and never unset. */
  get gone(): boolean {
    return this.#gone
  }

  /** Derived when first asked for: a start opens every slot and uses few. Throws ERR_SLOT_GONE. */
  get trailerKey(): Buffer {
    this.#demandLive()
    this.#trailerKey ??= deriveKey(this.slotKey, "dokuei trailer v1")
    return this.#trailerKey
  }

  /** As `trailerKey`. */
  get columnKey(): Buffer {
    this.#demandLive()
    this.#columnKey ??= deriveKey(this.slotKey, "dokuei column v1")
    return this.#columnKey
  }

  /** Whoever holds one of the keys holds zeros from now on. */
  forget(): void {
    this.#gone = true
    for (const key of [this.slotKey, this.#trailerKey, this.#columnKey]) key?.fill(0)
  }

  #demandLive(): void {
    if (this.#gone) throw slotGone(this.slotId)
  }
}
