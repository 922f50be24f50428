/** The real disk: node:fs/promises, files 0600 and folders 0700, short writes continued. */
import { mkdir, open, readdir, rename, rmdir, statfs, unlink } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { type Disk, type DiskFile, type DiskSpace, type OpenMode } from "./disk.ts"
import { hasCode } from "../has-code.ts"
import { syncFolder } from "../sync-folder.ts"

const FLAGS: Record<OpenMode, string> = { create: "wx+", read: "r", update: "r+" }

/** What of `buffers` is left after `writtenBytes` of them went out. */
function remainder(buffers: readonly Uint8Array[], writtenBytes: number): Uint8Array[] {
  let skipBytes = writtenBytes
  const left: Uint8Array[] = []
  for (const buffer of buffers) {
    if (skipBytes < buffer.length) left.push(buffer.subarray(skipBytes))
    skipBytes = Math.max(0, skipBytes - buffer.length)
  }
  return left
}

class NodeFile implements DiskFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(buffers: readonly Uint8Array[], positionBytes: number): Promise<void> {
    let left = remainder(buffers, 0)
    let position = positionBytes
    while (left.length > 0) {
      const { bytesWritten } = await this.#handle.writev(left, position)
      position += bytesWritten
      left = remainder(left, bytesWritten)
    }
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const position = positionBytes + filled
      const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, position)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  fdatasync(): Promise<void> {
    return this.#handle.datasync()
  }

  ftruncate(lengthBytes: number): Promise<void> {
    return this.#handle.truncate(lengthBytes)
  }

  async sizeBytes(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error
  }
}

async function space(path: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(path)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/** The disk of the machine. */
export const nodeDisk: Disk = {
  open: async (path, mode) => new NodeFile(await open(path, FLAGS[mode], 0o600)),
  mkdir: makeFolder,
  readdir: (path) => readdir(path),
  rename,
  unlink,
  rmdir,
  fsyncDir: syncFolder,
  statfs: space,
}
