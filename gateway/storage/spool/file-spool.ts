/**
 * The spool on a disk: answers the port `Spool`. docs/store.md describes what it writes, byte by byte.
 *
 * One process at a time has a spool open.
 */
import { SpoolError } from "../../journey/errors.ts"
import type {
  Destruction,
  ObjectPlace,
  ReadableObject,
  Room,
  SealedObject,
  Segment,
  SegmentId,
  SlotClass,
  SlotId,
  Spool,
} from "../../journey/ports/spool.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import { openColumn, sealColumn } from "./column.ts"
import { ChunkRoom } from "./chunk-room.ts"
import { countKept, unlinkAll } from "./destroy-segments.ts"
import { type Disk, type DiskSpace, namesIn, withFile } from "./disk.ts"
import { readFailure, rot, writeFailure } from "./failure.ts"
import type { Rot, Torn } from "./findings.ts"
import { freshTimedId } from "./ids.ts"
import { type SpoolFolders, segmentPath, slotFolder, slotIdsIn, spoolFolders } from "./layout.ts"
import { type Marked, LedgerMark } from "./ledger-mark.ts"
import { enterFolders } from "./marker.ts"
import { nodeDisk } from "./node-disk.ts"
import { FrameReader } from "./read-frame.ts"
import { SpoolObject } from "./readable-object.ts"
import { type ScanOptions, removeSegment, scanSegments } from "./scan-segments.ts"
import { SpoolSegment } from "./segment.ts"
import { completeEpoch } from "./slot-files.ts"
import type { EpochKey } from "./slot-page.ts"
import type { LiveSlot } from "./live-slot.ts"
import { SlotTable } from "./slot-table.ts"
import { Turnstile } from "./turnstile.ts"
import { Watermark } from "./watermark.ts"
import { hasCode } from "../has-code.ts"

export interface SpoolOptions {
  /** Folder of this gateway's data; it exists. The spool lives in `spool/` below it. */
  readonly dataDir: string
  /** Bound into every slot: slots of one site do not open at another. */
  readonly site: string
  /** The key of the epoch the slots are in: see `currentEpoch`. */
  readonly epochKey: EpochKey
  readonly clock: Clock
  readonly chance: Chance
  /** The machine's own by default. */
  readonly disk?: Disk
  /** Below this much free space `begin` and `adopt` throw ERR_SPOOL_FULL; 0 = until the disk is full. */
  readonly reserveBytes?: number
  /** The same for routine objects; as `reserveBytes` when absent or less. */
  readonly refuseBytes?: number
  /** Called for whatever is found rotten; also kept in `FileSpool.rot`. */
  readonly onRot?: (rot: Rot) => void
  /** Called for every torn end that is cut. */
  readonly onTorn?: (torn: Torn) => void
}

export interface SlotInfo {
  readonly slotId: SlotId
  readonly slotClass: SlotClass
}

/** The epoch the slots of `dataDir` are in, to be asked before `openSpool`; null before the first start. */
export function currentEpoch(dataDir: string, disk: Disk = nodeDisk): Promise<number | null> {
  return completeEpoch(disk, spoolFolders(dataDir).slots)
}

/**
 * Opens the spool, and makes it at the first start. Afterwards `scan` once, before anything is received.
 *
 * Throws ERR_SPOOL_MOUNT when a folder has lost its marker, ERR_KEY_MISSING or ERR_KEY_PASSPHRASE when the epoch key
 * does not fit, ERR_SPOOL_WRITE or ERR_SPOOL_FULL when the folders cannot be written.
 */
export async function openSpool(options: SpoolOptions): Promise<FileSpool> {
  const { disk = nodeDisk, dataDir, site, chance, epochKey } = options
  const folders = spoolFolders(dataDir)
  try {
    const spoolId = await enterFolders(disk, folders, site, chance)
    const opened = await SlotTable.open({ disk, folder: folders.slots, site, chance }, epochKey)
    const mark = await LedgerMark.open(disk, folders.slots, spoolId)
    const spool = new FileSpool({ ...options, disk }, folders, { spoolId, slots: opened.table, mark })
    for (const { index, cause } of opened.loaded.rotten) spool.report({ what: "slot", index, cause })
    for (const index of opened.loaded.mended) spool.report({ what: "slot-mended", index })
    return spool
  } catch (cause) {
    if (hasCode(cause, "ENOENT"))
      throw new SpoolError("ERR_SPOOL_MOUNT", `${dataDir} does not exist`, { cause })
    throw hasCode(cause, "ENOSPC", "EIO", "EROFS", "EACCES")
      ? writeFailure("opening the spool", cause)
      : cause
  }
}

export class FileSpool implements Spool {
  /** The same at every start; the ledger notes it and asks for it again. */
  readonly spoolId: string
  readonly #options: SpoolOptions & { readonly disk: Disk }
  readonly #folders: SpoolFolders
  readonly #slots: SlotTable
  readonly #mark: LedgerMark
  readonly #watermark: Watermark
  readonly #chunks = new ChunkRoom()
  readonly #segments = new Map<SegmentId, SpoolSegment>()
  readonly #rot: Rot[] = []
  /** Folders are made and removed one after the other. */
  readonly #turnstile = new Turnstile()

  /** Use `openSpool`. */
  constructor(
    options: SpoolOptions & { readonly disk: Disk },
    folders: SpoolFolders,
    entered: { readonly spoolId: string; readonly slots: SlotTable; readonly mark: LedgerMark },
  ) {
    this.spoolId = entered.spoolId
    this.#options = options
    this.#folders = folders
    this.#slots = entered.slots
    this.#mark = entered.mark
    const { disk, clock, reserveBytes = 0, refuseBytes = 0 } = options
    this.#watermark = new Watermark(disk, folders.objects, clock, { reserveBytes, refuseBytes })
  }

  get epoch(): number {
    return this.#slots.epoch
  }

  /** Live slots. One that the ledger does not know was made just before a crash, and keeps nothing. */
  get slots(): readonly SlotInfo[] {
    return this.#slots.live
      .filter((slot) => !slot.gone)
      .map(({ slotId, slotClass }) => ({ slotId, slotClass }))
  }

  /** Nothing was ever kept here, or all of it is gone. */
  async isEmpty(): Promise<boolean> {
    const folders = slotIdsIn(await namesIn(this.#options.disk, this.#folders.objects))
    return folders.length === 0 && this.slots.length === 0
  }

  /** How far the ledger had come when it was last noted here. */
  get ledgerMark(): Marked {
    return this.#mark.marked
  }

  /** From here on the ledger has `commits`; durable. */
  async setLedgerMark(commits: number): Promise<void> {
    try {
      await this.#mark.set(commits)
    } catch (cause) {
      throw writeFailure("marking the ledger's commits", cause)
    }
  }

  /**
   * The ledger has `commits` now. Never throws: the commit stands whatever becomes of its mark, and a mark that is too low
   * raises no false alarm.
   */
  async noteLedger(commits: number): Promise<void> {
    try {
      await this.#mark.note(commits)
    } catch (cause) {
      this.report({ what: "mark", cause: writeFailure("noting the ledger's commits", cause) })
    }
  }

  /** What was found rotten since the spool was opened. */
  get rot(): readonly Rot[] {
    return this.#rot
  }

  report(found: Rot): void {
    this.#rot.push(found)
    this.#options.onRot?.(found)
  }

  async createSlot(slotClass: SlotClass): Promise<SlotId> {
    return (await this.#slots.create(slotClass)).slotId
  }

  openSegment(slotId: SlotId, room: Room = "routine"): Promise<Segment> {
    return this.#turnstile.pass(async () => {
      const slot = this.#slots.slot(slotId)
      try {
        return await this.#createSegment(slot, room)
      } catch (cause) {
        throw writeFailure("opening a segment", cause)
      }
    })
  }

  async open(place: ObjectPlace): Promise<ReadableObject> {
    const slot = this.#slots.slot(place.slotId)
    const path = segmentPath(this.#folders, place.slotId, place.segmentId)
    const identity = { slotId: place.slotId, segmentId: place.segmentId, trailerKey: slot.trailerKey }
    try {
      const frame = await withFile(this.#options.disk, path, "read", async (file) =>
        new FrameReader(file, identity).frame(place.offsetBytes, await file.sizeBytes()),
      )
      if (frame.header.objectId !== place.objectId) throw rot("another object lies in this place")
      return new SpoolObject(this.#options.disk, path, slot, frame)
    } catch (cause) {
      this.#slots.slot(place.slotId) // destroyed meanwhile? then that is the reason
      throw readFailure("opening an object", cause)
    }
  }

  scan(options: ScanOptions = {}): AsyncIterable<SealedObject> {
    const ground = {
      disk: this.#options.disk,
      folders: this.#folders,
      slots: this.#slots,
      writtenBytes: (segmentId: SegmentId) => this.#segments.get(segmentId)?.durableBytes ?? null,
      onRot: (found: Rot) => this.report(found),
      onTorn: (torn: Torn) => this.#options.onTorn?.(torn),
    }
    return scanSegments(ground, options)
  }

  lost(slotId: SlotId, segmentId: SegmentId): void {
    this.report({ what: "segment", slotId, segmentId })
  }

  async destroySlot(slotId: SlotId): Promise<Destruction> {
    const { disk, clock } = this.#options
    slotFolder(this.#folders, slotId) // refuses what is no id before anything is done
    this.#slots.retire(slotId)
    return this.#turnstile.pass(async () => {
      try {
        await this.#abandon((segment) => segment.slotId === slotId)
        const kept = await countKept(disk, this.#folders, slotId)
        const readBack = await this.#slots.destroy(slotId)
        await unlinkAll(disk, this.#folders, slotId)
        return { slotId, ...kept, readBack, epoch: this.epoch, at: clock.now().toISOString() }
      } catch (cause) {
        throw writeFailure("destroying a slot", cause)
      }
    })
  }

  async discardSegment(slotId: SlotId, segmentId: SegmentId): Promise<void> {
    segmentPath(this.#folders, slotId, segmentId)
    await this.#abandon((segment) => segment.segmentId === segmentId)
    try {
      await removeSegment(this.#options.disk, slotFolder(this.#folders, slotId), segmentId)
    } catch (cause) {
      throw writeFailure("discarding a segment", cause)
    }
  }

  sealColumn(slotId: SlotId, context: string, clear: Uint8Array): Uint8Array {
    return sealColumn(this.#slots.slot(slotId), context, clear, this.#options.chance)
  }

  openColumn(slotId: SlotId, context: string, sealed: Uint8Array): Uint8Array {
    return openColumn(this.#slots.slot(slotId), context, sealed)
  }

  hasRoom(room: Room): Promise<boolean> {
    return this.#watermark.has(room)
  }

  usage(): Promise<DiskSpace> {
    return this.#options.disk.statfs(this.#folders.objects)
  }

  /** Wraps all slots under `next` and wipes the slots of the old epoch; the caller then destroys the old key. Called
   *  again with the key in use it finishes a turn that failed half-way. */
  turnEpoch(next: EpochKey): Promise<void> {
    return this.#slots.turn(next)
  }

  /** Closes every open segment at its last good end and forgets all keys. */
  async close(): Promise<void> {
    const closing = await Promise.allSettled([
      ...[...this.#segments.values()].map((segment) => segment.close()),
      this.#mark.close(),
    ])
    await this.#slots.close()
    const failed = closing.find((one) => one.status === "rejected")
    if (failed !== undefined) throw failed.reason
  }

  async #createSegment(slot: LiveSlot, room: Room): Promise<SpoolSegment> {
    const { disk, clock, chance } = this.#options
    const folder = slotFolder(this.#folders, slot.slotId)
    const segmentId = freshTimedId(clock, chance)
    await disk.mkdir(folder)
    await disk.fsyncDir(this.#folders.objects)
    const file = await disk.open(segmentPath(this.#folders, slot.slotId, segmentId), "create")
    try {
      await disk.fsyncDir(folder)
    } catch (cause) {
      await file.close()
      throw cause
    }
    const segment = new SpoolSegment({
      file,
      slot,
      segmentId,
      clock,
      chance,
      chunks: this.#chunks,
      watermark: this.#watermark,
      room,
      removeEmpty: () => removeSegment(disk, folder, segmentId),
      onClosed: () => this.#segments.delete(segmentId),
    })
    this.#segments.set(segmentId, segment)
    return segment
  }

  async #abandon(which: (segment: SpoolSegment) => boolean): Promise<void> {
    for (const segment of [...this.#segments.values()].filter(which)) await segment.abandon()
  }
}
