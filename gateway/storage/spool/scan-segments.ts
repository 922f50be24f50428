/**
 * Roll forward: every whole frame of every slot, oldest segment first, read from the disk alone. Segments that were open
 * when the power went are cut at their last whole frame and closed on the way. A start must not take longer with every
 * study that is kept: what is remembered is not opened, and what may be settled is glanced at side by side.
 */
import { join } from "node:path"
import type { SealedObject, SegmentId, SlotId } from "../../journey/ports/spool.ts"
import { type Disk, type DiskFile, namesIn, unlinkIfThere } from "./disk.ts"
import { encodeEndMark } from "./end-mark.ts"
import { readFailure, writeFailure } from "./failure.ts"
import type { Rot, Torn } from "./findings.ts"
import { type SpoolFolders, segmentIdsIn, segmentPath, slotFolder, slotIdsIn } from "./layout.ts"
import type { SlotTable } from "./slot-table.ts"
import { type WalkLimits, readEndMark, walkSegment } from "./walk-segment.ts"
import { hasCode } from "../has-code.ts"

export interface ScanOptions {
  /** Was this segment found settled before? Asked of each that lies here; it is not opened then. */
  readonly isRemembered?: (segmentId: SegmentId) => boolean
  /** Is this closed segment, of so many frames, known and recorded already? Then nothing but its end mark is read. */
  readonly isSettled?: (segmentId: SegmentId, frames: number) => Promise<boolean>
  /** How far a segment is recorded as durable, in bytes; a bad frame before that is rot even at the end. */
  readonly recordedEndBytes?: (segmentId: SegmentId) => number
}

export interface ScanGround {
  readonly disk: Disk
  readonly folders: SpoolFolders
  readonly slots: SlotTable
  /** Durable end of a segment this process is writing; null for all others. */
  readonly writtenBytes: (segmentId: SegmentId) => number | null
  readonly onRot: (rot: Rot) => void
  readonly onTorn: (torn: Torn) => void
}

interface Found {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
}

/** Folders and end marks read side by side: Node has four threads for it, and a disk likes a queue. */
const GLANCES_AT_ONCE = 64

export async function* scanSegments(ground: ScanGround, options: ScanOptions): AsyncGenerator<SealedObject> {
  for await (const found of unsettled(ground, options)) {
    const isWritten = ground.writtenBytes(found.segmentId) !== null
    const file = await openIfThere(ground, found, isWritten ? "read" : "update")
    if (file === null) continue
    try {
      yield* scanOne(ground, found, file, options)
    } finally {
      await file.close()
    }
  }
}

async function* unsettled(ground: ScanGround, options: ScanOptions): AsyncGenerator<Found> {
  const isRemembered = options.isRemembered ?? (() => false)
  const all = (await everySegment(ground)).filter(({ segmentId }) => !isRemembered(segmentId))
  for (const some of inParts(all)) {
    const settled = await Promise.all(some.map((found) => isSettled(ground, found, options)))
    yield* some.filter((_, at) => settled[at] === false)
  }
}

/** Segments of live slots by age; folders without a slot are reported. */
async function everySegment({ disk, folders, slots, onRot }: ScanGround): Promise<Found[]> {
  const all: Found[] = []
  for (const slotIds of inParts(slotIdsIn(await disk.readdir(folders.objects)))) {
    const names = await Promise.all(slotIds.map((slotId) => namesIn(disk, slotFolder(folders, slotId))))
    for (const [at, slotId] of slotIds.entries()) {
      const segmentIds = segmentIdsIn(names[at] ?? [])
      if (slots.find(slotId) === null) onRot({ what: "keyless", slotId, segmentIds })
      else all.push(...segmentIds.map((segmentId) => ({ slotId, segmentId })))
    }
  }
  return all.sort((one, other) => (one.segmentId < other.segmentId ? -1 : 1))
}

function* inParts<Item>(all: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < all.length; at += GLANCES_AT_ONCE) yield all.slice(at, at + GLANCES_AT_ONCE)
}

/** A glance at the end mark; one that is being written has none, one that went away meanwhile is looked for again. */
async function isSettled(ground: ScanGround, found: Found, options: ScanOptions): Promise<boolean> {
  if (options.isSettled === undefined || ground.writtenBytes(found.segmentId) !== null) return false
  const file = await openIfThere(ground, found, "read")
  if (file === null) return false
  try {
    const mark = await readEndMark(file, found.segmentId)
    return mark !== null && (await options.isSettled(found.segmentId, mark.frames))
  } finally {
    await file.close()
  }
}

/** Null when the segment went away meanwhile. */
async function openIfThere(
  { disk, folders }: ScanGround,
  { slotId, segmentId }: Found,
  mode: "read" | "update",
): Promise<DiskFile | null> {
  try {
    return await disk.open(segmentPath(folders, slotId, segmentId), mode)
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null
    throw readFailure("opening a segment", error)
  }
}

async function limitsOf(
  ground: ScanGround,
  segmentId: SegmentId,
  file: DiskFile,
  recordedEndBytes: number,
): Promise<WalkLimits> {
  const writtenBytes = ground.writtenBytes(segmentId)
  if (writtenBytes !== null) return { endBytes: writtenBytes, isClosed: true, recordedEndBytes }
  const mark = await readEndMark(file, segmentId)
  const endBytes = mark?.endBytes ?? (await file.sizeBytes())
  return { endBytes, isClosed: mark !== null, recordedEndBytes }
}

async function* scanOne(
  ground: ScanGround,
  found: Found,
  file: DiskFile,
  { recordedEndBytes }: ScanOptions,
): AsyncGenerator<SealedObject> {
  const slot = ground.slots.find(found.slotId)
  if (slot === null || slot.gone) return
  const { trailerKey } = slot
  const limits = await limitsOf(ground, found.segmentId, file, recordedEndBytes?.(found.segmentId) ?? 0)
  const end = { frames: 0, bytes: 0, isSound: true }
  for await (const finding of walkSegment(file, { ...found, trailerKey }, limits)) {
    if (finding.is === "frame") {
      end.frames += 1
      end.bytes = finding.frame.endBytes
      yield finding.frame.object
    } else {
      if (!isLive(ground, found.slotId)) return // destroyed meanwhile: nothing opens any more
      const { offsetBytes, endBytes } = finding
      if (finding.is === "torn") ground.onTorn({ ...found, offsetBytes, endBytes })
      else ground.onRot({ what: "frame", ...found, offsetBytes, endBytes, cause: finding.cause })
      end.isSound &&= finding.is === "torn"
    }
  }
  if (!limits.isClosed && end.isSound && isLive(ground, found.slotId)) await closeAt(ground, found, file, end)
}

/** Asked again after the walk: the slot may have been destroyed meanwhile. */
function isLive({ slots }: ScanGround, slotId: SlotId): boolean {
  return slots.find(slotId)?.gone === false
}

/** Cut and mark a segment that nobody closed; one without a whole frame goes. A rotten one is left as it is. */
async function closeAt(
  ground: ScanGround,
  { slotId, segmentId }: Found,
  file: DiskFile,
  end: { readonly frames: number; readonly bytes: number },
): Promise<void> {
  try {
    if (end.frames === 0) {
      await removeSegment(ground.disk, slotFolder(ground.folders, slotId), segmentId)
      return
    }
    await file.ftruncate(end.bytes)
    await file.write([encodeEndMark({ segmentId, frames: end.frames, endBytes: end.bytes })], end.bytes)
    await file.fdatasync()
  } catch (cause) {
    throw writeFailure("closing a segment after a crash", cause)
  }
}

/** Unlinks one segment, durably; one that is gone already is made sure of. */
export async function removeSegment(disk: Disk, folder: string, segmentId: SegmentId): Promise<void> {
  await unlinkIfThere(disk, join(folder, `${segmentId}.seg`))
  await syncIfThere(disk, folder)
}

/** A folder that is missing has nothing left to make durable. */
export async function syncIfThere(disk: Disk, folder: string): Promise<void> {
  try {
    await disk.fsyncDir(folder)
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error
  }
}
