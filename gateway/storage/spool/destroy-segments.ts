/** What a slot kept, counted without its key and unlinked. */
import { join } from "node:path"
import { type Disk, type DiskFile, namesIn, unlinkIfThere, withFile } from "./disk.ts"
import { SpoolError } from "../../journey/errors.ts"
import { type SpoolFolders, segmentIdsIn, segmentPath, slotFolder } from "./layout.ts"
import { decodeFrameHeader, HEADER_BYTES, frameLengthBytes } from "./frame-header.ts"
import { syncIfThere } from "./scan-segments.ts"
import { readEndMark } from "./walk-segment.ts"
import { hasCode } from "../has-code.ts"

export interface Kept {
  readonly objects: number
  /** Bytes of frames, end marks left out. */
  readonly bytes: number
}

/** Headers are not secret: objects can be counted after the key is gone. */
export async function countKept(disk: Disk, folders: SpoolFolders, slotId: string): Promise<Kept> {
  const kept = { objects: 0, bytes: 0 }
  for (const segmentId of segmentIdsIn(await namesIn(disk, slotFolder(folders, slotId)))) {
    const path = segmentPath(folders, slotId, segmentId)
    const { objects, bytes } = await withFile(disk, path, "read", (file) => countIn(file, segmentId))
    kept.objects += objects
    kept.bytes += bytes
  }
  return kept
}

async function countIn(file: DiskFile, segmentId: string): Promise<Kept> {
  const mark = await readEndMark(file, segmentId)
  if (mark !== null) return { objects: mark.frames, bytes: mark.endBytes }
  const sizeBytes = await file.sizeBytes()
  let objects = 0
  for (let at = 0; at < sizeBytes; objects += 1) {
    const lengthBytes = await frameAt(file, at)
    if (lengthBytes === null || at + lengthBytes > sizeBytes) break
    at += lengthBytes
  }
  return { objects, bytes: sizeBytes }
}

async function frameAt(file: DiskFile, offsetBytes: number): Promise<number | null> {
  const bytes = Buffer.alloc(HEADER_BYTES)
  await file.read(bytes, offsetBytes)
  try {
    return frameLengthBytes(decodeFrameHeader(bytes))
  } catch (error) {
    if (error instanceof SpoolError) return null
    throw error
  }
}

/** Unlinks whatever lies in the slot's folder, then the folder, each made durable. Safe to repeat after a crash. */
export async function unlinkAll(disk: Disk, folders: SpoolFolders, slotId: string): Promise<void> {
  const folder = slotFolder(folders, slotId)
  for (const name of await namesIn(disk, folder)) await unlinkIfThere(disk, join(folder, name))
  await syncIfThere(disk, folder)
  try {
    await disk.rmdir(folder)
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error
  }
  await disk.fsyncDir(folders.objects)
}
