/**
 * Roll forward: every whole frame of every slot, oldest segment first, read from the disk alone. Segments that were open
 * when the power went are cut at their last whole frame and closed on the way.
 */
import { join } from "node:path"
import type { SealedObject, SegmentId, SlotId } from "../../journey/ports.ts"
import type { Disk, DiskFile } from "./disk.ts"
import { hasCode, namesIn, unlinkIfThere } from "./disk.ts"
import { encodeEndMark } from "./end-mark.ts"
import { readFailure, writeFailure } from "./failure.ts"
import type { Rot, Torn } from "./findings.ts"
import type { SpoolFolders } from "./layout.ts"
import { segmentIdsIn, segmentPath, slotFolder, slotIdsIn } from "./layout.ts"
import type { SlotTable } from "./slot-table.ts"
import type { WalkLimits } from "./walk-segment.ts"
import { readEndMark, walkSegment } from "./walk-segment.ts"

export interface ScanOptions {
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

export async function* scanSegments(ground: ScanGround, options: ScanOptions): AsyncGenerator<SealedObject> {
  for (const found of await everySegment(ground)) {
    const file = await openIfThere(ground, found)
    if (file === null) continue
    try {
      yield* scanOne(ground, found, file, options)
    } finally {
      await file.close()
    }
  }
}

/** Segments of live slots by age; folders without a slot are reported. */
async function everySegment({ disk, folders, slots, onRot }: ScanGround): Promise<Found[]> {
  const all: Found[] = []
  for (const slotId of slotIdsIn(await disk.readdir(folders.objects))) {
    const segmentIds = segmentIdsIn(await namesIn(disk, slotFolder(folders, slotId)))
    if (slots.find(slotId) === null) onRot({ what: "keyless", slotId, segmentIds })
    else all.push(...segmentIds.map((segmentId) => ({ slotId, segmentId })))
  }
  return all.sort((one, other) => (one.segmentId < other.segmentId ? -1 : 1))
}

/** Null when the segment went away meanwhile. */
async function openIfThere(ground: ScanGround, { slotId, segmentId }: Found): Promise<DiskFile | null> {
  const isWritten = ground.writtenBytes(segmentId) !== null
  try {
    return await ground.disk.open(
      segmentPath(ground.folders, slotId, segmentId),
      isWritten ? "read" : "update",
    )
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null
    throw readFailure("opening a segment", error)
  }
}

/** `frames`: how many the end mark counts; null while there is none. */
async function limitsOf(
  ground: ScanGround,
  segmentId: SegmentId,
  file: DiskFile,
  recordedEndBytes: number,
): Promise<WalkLimits & { readonly frames: number | null }> {
  const writtenBytes = ground.writtenBytes(segmentId)
  if (writtenBytes !== null) return { endBytes: writtenBytes, isClosed: true, recordedEndBytes, frames: null }
  const mark = await readEndMark(file, segmentId)
  const endBytes = mark?.endBytes ?? (await file.sizeBytes())
  return { endBytes, isClosed: mark !== null, recordedEndBytes, frames: mark?.frames ?? null }
}

async function* scanOne(
  ground: ScanGround,
  found: Found,
  file: DiskFile,
  { isSettled, recordedEndBytes }: ScanOptions,
): AsyncGenerator<SealedObject> {
  const slot = ground.slots.find(found.slotId)
  if (slot === null || slot.gone) return
  const limits = await limitsOf(ground, found.segmentId, file, recordedEndBytes?.(found.segmentId) ?? 0)
  if (limits.frames !== null && (await isSettled?.(found.segmentId, limits.frames)) === true) return
  const end = { frames: 0, bytes: 0, isSound: true }
  for await (const finding of walkSegment(file, { ...found, trailerKey: slot.trailerKey }, limits)) {
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
