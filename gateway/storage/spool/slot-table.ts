/**
 * The live slots: their keys in memory while the spool is open, their pages on disk. Creating, destroying and
 * turning the epoch pass one after the other.
 */
import { KeyError, SpoolError } from "../../journey/errors.ts"
import type { SlotClass } from "../../journey/ports/spool.ts"
import type { Chance } from "../../journey/ports/time.ts"
import { KEY_BYTES } from "./derive.ts"
import type { Disk } from "./disk.ts"
import { slotGone, writeFailure } from "./failure.ts"
import { NONCE_BYTES } from "./gcm.ts"
import { freshId } from "./ids.ts"
import { LiveSlot } from "./live-slot.ts"
import { type LoadedSlots, loadSlots } from "./load-slots.ts"
import { encodeSlotFileHeader, fitsEpochKey, isSlotFileHeader } from "./slot-file-header.ts"
import {
  type SlotFiles,
  completeEpoch,
  createSlotFiles,
  epochsIn,
  PAGES_AT_ONCE,
  everyPage,
  openSlotFiles,
  readPages,
  removeSlotFiles,
  writePage,
} from "./slot-files.ts"
import { type EpochKey, PAGE_BYTES, encodeSlotPage, isZero, namesSlot } from "./slot-page.ts"
import { Turnstile } from "./turnstile.ts"

export interface SlotTableOptions {
  readonly disk: Disk
  readonly folder: string
  readonly site: string
  readonly chance: Chance
}

export class SlotTable {
  readonly #options: SlotTableOptions
  readonly #slots = new Map<string, LiveSlot>()
  readonly #turnstile = new Turnstile()
  #free: number[] = []
  #end = 1
  #files: SlotFiles
  #epochKey: EpochKey
  /** Why disk and memory may disagree about the epoch; then nothing more is written until the next start. */
  #unsure: SpoolError | null = null

  private constructor(options: SlotTableOptions, files: SlotFiles, epochKey: EpochKey) {
    this.#options = options
    this.#files = files
    this.#epochKey = { epoch: epochKey.epoch, key: Uint8Array.from(epochKey.key) }
  }

  /**
   * Opens the slot file of the newest complete epoch, or makes the first one; wipes files of other epochs.
   * Throws ERR_KEY_MISSING when `epochKey` is of another epoch, ERR_KEY_PASSPHRASE when it is not the file's key.
   */
  static async open(
    options: SlotTableOptions,
    epochKey: EpochKey,
  ): Promise<{ readonly table: SlotTable; readonly loaded: LoadedSlots }> {
    const { disk, folder, site } = options
    const current = await completeEpoch(disk, folder)
    if (current !== null && current !== epochKey.epoch)
      throw new KeyError("ERR_KEY_MISSING", `the slots are of epoch ${current}, the key of ${epochKey.epoch}`)
    const files = await (current === null
      ? createSlotFiles(disk, folder, epochKey.epoch)
      : openSlotFiles(disk, folder, epochKey.epoch))
    const table = new SlotTable(options, files, epochKey)
    await (current === null ? table.#writeHeader(files, epochKey) : table.#checkHeaders())
    const loaded = await loadSlots(files, site, epochKey)
    table.#take(loaded)
    await table.#wipeOtherEpochs()
    return { table, loaded }
  }

  get epoch(): number {
    return this.#epochKey.epoch
  }

  get live(): readonly LiveSlot[] {
    return [...this.#slots.values()]
  }

  /** Throws ERR_SLOT_GONE for a slot that is destroyed, being destroyed, or was never here. */
  slot(slotId: string): LiveSlot {
    const slot = this.#slots.get(slotId)
    if (slot === undefined || slot.gone) throw slotGone(slotId)
    return slot
  }

  find(slotId: string): LiveSlot | null {
    return this.#slots.get(slotId) ?? null
  }

  /** A fresh key; both copies durable when it returns. */
  create(slotClass: SlotClass): Promise<LiveSlot> {
    return this.#alone(async () => {
      const index = this.#free.shift() ?? this.#end
      this.#end = Math.max(this.#end, index + 1)
      const { chance } = this.#options
      const slot = new LiveSlot(freshId(chance), slotClass, Buffer.from(chance.bytes(KEY_BYTES)), index)
      // After a failure the index stays unused: what the disk holds there is not known until the next start.
      await attempt("writing a slot", () =>
        writePage(this.#files, index, this.#page(slot, index, this.#epochKey)),
      )
      this.#slots.set(slot.slotId, slot)
      return slot
    })
  }

  /** Stops whoever uses the slot and forgets its key; on disk it is still there. */
  retire(slotId: string): void {
    this.#slots.get(slotId)?.forget()
  }

  /**
   * Zeroes both pages and reads them back. True when neither copy names the slot any more; so too for a slot that
   * is not here. The key in memory is gone whatever happens.
   */
  destroy(slotId: string): Promise<boolean> {
    const slot = this.find(slotId)
    slot?.forget()
    return this.#alone(async () => {
      await attempt("wiping slots of another epoch", () => this.#wipeOtherEpochs())
      if (slot !== null) await this.#zero(slot)
      return await this.#isAbsent(slotId)
    })
  }

  /**
   * Wraps the survivors under `next` in a second pair of files, switches, and wipes the old pair; the caller then
   * destroys the old epoch key. Called again with the key in use it finishes what was interrupted.
   */
  turn(next: EpochKey): Promise<void> {
    return this.#alone(async () => {
      if (next.epoch < this.epoch) throw new RangeError("epochs only count up")
      await attempt("turning the epoch", async () => {
        if (next.epoch > this.epoch) await this.#switchTo(next)
        await this.#wipeOtherEpochs()
      })
    })
  }

  async close(): Promise<void> {
    await this.#turnstile.pass(() => this.#files.close())
    for (const slot of this.#slots.values()) slot.forget()
    this.#epochKey.key.fill(0)
  }

  #alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    return this.#turnstile.pass(async () => {
      if (this.#unsure !== null) throw this.#unsure
      return await work()
    })
  }

  #take(loaded: LoadedSlots): void {
    for (const { index, slot } of loaded.live)
      this.#slots.set(
        slot.slotId,
        new LiveSlot(slot.slotId, slot.slotClass, Buffer.from(slot.slotKey), index),
      )
    this.#free = [...loaded.free]
    this.#end = loaded.end
  }

  #page(slot: LiveSlot, index: number, epochKey: EpochKey): Buffer {
    const { site, chance } = this.#options
    return encodeSlotPage(slot, { site, index }, epochKey, chance.bytes(NONCE_BYTES))
  }

  async #zero(slot: LiveSlot): Promise<void> {
    await attempt("zeroing a slot", () => writePage(this.#files, slot.index, Buffer.alloc(PAGE_BYTES)))
    const pages = await Promise.all(this.#files.copies.map((copy) => readPages(copy, slot.index, 1)))
    if (!pages.every(isZero)) throw writeFailure("reading back a zeroed slot", new Error("not zero"))
    this.#slots.delete(slot.slotId)
    this.#free.push(slot.index)
  }

  async #isAbsent(slotId: string): Promise<boolean> {
    for (const copy of this.#files.copies)
      for await (const page of everyPage(copy)) if (namesSlot(page, slotId)) return false
    return true
  }

  async #writeHeader(files: SlotFiles, epochKey: EpochKey): Promise<void> {
    const { site, chance } = this.#options
    await writePage(files, 0, encodeSlotFileHeader(site, epochKey, chance.bytes(NONCE_BYTES)))
  }

  async #checkHeaders(): Promise<void> {
    const pages = await Promise.all(this.#files.copies.map((copy) => readPages(copy, 0, 1)))
    const whole = pages.find((page) => isSlotFileHeader(page, this.epoch))
    if (whole === undefined || !fitsEpochKey(whole, this.#options.site, this.#epochKey))
      throw new KeyError(
        "ERR_KEY_PASSPHRASE",
        "the epoch key or the site is not the one the slots were made with",
      )
    if (!pages.every((page) => page.equals(whole))) await writePage(this.#files, 0, whole)
  }

  async #switchTo(next: EpochKey): Promise<void> {
    const { disk, folder } = this.#options
    const files = await createSlotFiles(disk, folder, next.epoch)
    const survivors = this.live.filter((slot) => !slot.gone)
    try {
      await this.#wrapAll(files, next, survivors)
      await this.#writeHeader(files, next)
    } catch (cause) {
      await this.#unwind(files, cause)
      throw cause
    }
    await this.#adopt(files, next, survivors)
  }

  /** Everything but page 0, durable in both copies. */
  async #wrapAll(files: SlotFiles, next: EpochKey, survivors: readonly LiveSlot[]): Promise<void> {
    for (let first = 0; first < survivors.length; first += PAGES_AT_ONCE) {
      const some = survivors.slice(first, first + PAGES_AT_ONCE)
      const pages = some.map((slot, at) => this.#page(slot, first + at + 1, next))
      for (const copy of files.copies) await copy.write(pages, (first + 1) * PAGE_BYTES)
    }
    for (const copy of files.copies) await copy.fdatasync()
  }

  /** The header may have reached the disk although writing it failed: the new pair must not outlive this. */
  async #unwind(files: SlotFiles, cause: unknown): Promise<void> {
    try {
      await files.close()
      await removeSlotFiles(this.#options.disk, this.#options.folder, files.epoch)
    } catch (removing) {
      this.#unsure = writeFailure("giving up a new epoch", new AggregateError([cause, removing]))
    }
  }

  /** From here on the new pair is the truth, on disk and in memory. */
  async #adopt(files: SlotFiles, next: EpochKey, survivors: readonly LiveSlot[]): Promise<void> {
    const old = this.#files
    this.#files = files
    this.#epochKey.key.fill(0)
    this.#epochKey = { epoch: next.epoch, key: Uint8Array.from(next.key) }
    for (const slot of this.live) if (slot.gone && !survivors.includes(slot)) this.#slots.delete(slot.slotId)
    for (const [at, slot] of survivors.entries()) slot.index = at + 1
    this.#free = []
    this.#end = survivors.length + 1
    await old.close()
  }

  async #wipeOtherEpochs(): Promise<void> {
    const { disk, folder } = this.#options
    for (const epoch of await epochsIn(disk, folder))
      if (epoch !== this.epoch) await removeSlotFiles(disk, folder, epoch)
  }
}

async function attempt<Answer>(doing: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (cause) {
    throw writeFailure(doing, cause)
  }
}
