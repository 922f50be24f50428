/**
 * What the spool asks of a file system: every file operation goes through here, so that a test can make any of
 * them fail, and the spool can be tried against a disk that lives in memory.
 *
 * Failures are errors with the `code` of Node's fs (`ENOENT`, `EEXIST`, `ENOSPC`, `EIO`, …).
 */
import { hasCode } from "../has-code.ts"

/** `create`: new, readable and writable, EEXIST when it is there · `update`: there already, readable and writable. */
export type OpenMode = "create" | "read" | "update"

export interface DiskFile {
  /** Writes the buffers one after the other at `positionBytes`. After a throw any part may have been written. Either way
   *  it has done with the buffers then, and not before: they are used again. */
  write(buffers: readonly Uint8Array[], positionBytes: number): Promise<void>
  /** Fills `into` from `positionBytes`; answers the bytes read, fewer than asked only at the end of the file. */
  read(into: Uint8Array, positionBytes: number): Promise<number>
  /** What was written before the call survives a power cut, length included. After a throw nothing is known. */
  fdatasync(): Promise<void>
  ftruncate(lengthBytes: number): Promise<void>
  sizeBytes(): Promise<number>
  close(): Promise<void>
}

export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>
  /** One level; a folder that is there already is no error. */
  mkdir(path: string): Promise<void>
  /** Names, not paths, in no order. ENOENT when the folder is missing. */
  readdir(path: string): Promise<readonly string[]>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  rmdir(path: string): Promise<void>
  /** Names created, renamed or unlinked in the folder before the call survive a power cut. */
  fsyncDir(path: string): Promise<void>
  statfs(path: string): Promise<DiskSpace>
}

/** As `unlink`; a file that is gone already is what was wanted. */
export async function unlinkIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.unlink(path)
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error
  }
}

/** As `readdir`; a missing folder holds nothing. */
export async function namesIn(disk: Disk, path: string): Promise<readonly string[]> {
  try {
    return await disk.readdir(path)
  } catch (error) {
    if (hasCode(error, "ENOENT")) return []
    throw error
  }
}

/** Opens, lets `use` work, and closes again whatever happens. */
export async function withFile<Answer>(
  disk: Disk,
  path: string,
  mode: OpenMode,
  use: (file: DiskFile) => Promise<Answer>,
): Promise<Answer> {
  const file = await disk.open(path, mode)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
