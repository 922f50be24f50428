/**
 * A disk in memory, with the answers and error codes of the real one. Nothing is ever lost here; a power cut is
 * played by whoever wraps it.
 */
import { posix } from "node:path"
import type { Disk, DiskFile, DiskSpace, OpenMode } from "./disk.ts"

interface Inode {
  bytes: Uint8Array
  lengthBytes: number
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

export class MemoryDisk implements Disk {
  readonly #files = new Map<string, Inode>()
  readonly #folders = new Set<string>(["/"])
  readonly #capacityBytes: number

  /** Writes beyond `capacityBytes` in all fail with ENOSPC. */
  constructor(capacityBytes = 2 ** 30) {
    this.#capacityBytes = capacityBytes
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    await Promise.resolve()
    const there = this.#files.get(path)
    if (mode !== "create" && there === undefined) throw failure("ENOENT", path)
    if (mode === "create" && there !== undefined) throw failure("EEXIST", path)
    if (!this.#folders.has(posix.dirname(path))) throw failure("ENOENT", path)
    const inode = there ?? { bytes: new Uint8Array(0), lengthBytes: 0 }
    this.#files.set(path, inode)
    return this.#file(inode, path)
  }

  async mkdir(path: string): Promise<void> {
    await Promise.resolve()
    if (!this.#folders.has(posix.dirname(path))) throw failure("ENOENT", path)
    this.#folders.add(path)
  }

  async readdir(path: string): Promise<readonly string[]> {
    await Promise.resolve()
    if (!this.#folders.has(path)) throw failure("ENOENT", path)
    const all = [...this.#files.keys(), ...this.#folders]
    return all
      .filter((each) => each !== "/" && posix.dirname(each) === path)
      .map((each) => posix.basename(each))
  }

  async rename(from: string, to: string): Promise<void> {
    await Promise.resolve()
    const inode = this.#files.get(from)
    if (inode === undefined) throw failure("ENOENT", from)
    this.#files.delete(from)
    this.#files.set(to, inode)
  }

  async unlink(path: string): Promise<void> {
    await Promise.resolve()
    if (!this.#files.delete(path)) throw failure("ENOENT", path)
  }

  async rmdir(path: string): Promise<void> {
    if ((await this.readdir(path)).length > 0) throw failure("ENOTEMPTY", path)
    this.#folders.delete(path)
  }

  async fsyncDir(path: string): Promise<void> {
    await this.readdir(path)
  }

  async statfs(path: string): Promise<DiskSpace> {
    await this.readdir(path)
    return { freeBytes: this.#capacityBytes - this.#usedBytes(), totalBytes: this.#capacityBytes }
  }

  /** Every file with its bytes as they stand, for looking at the raw disk. */
  contents(): ReadonlyMap<string, Uint8Array> {
    const entries = [...this.#files].map(
      ([path, inode]) => [path, inode.bytes.slice(0, inode.lengthBytes)] as const,
    )
    return new Map(entries)
  }

  #usedBytes(): number {
    return [...this.#files.values()].reduce((sum, inode) => sum + inode.lengthBytes, 0)
  }

  #file(inode: Inode, path: string): DiskFile {
    return {
      write: async (buffers, positionBytes) => {
        await Promise.resolve()
        const bytes = Buffer.concat(buffers)
        const growthBytes = positionBytes + bytes.length - inode.lengthBytes
        if (growthBytes > 0 && this.#usedBytes() + growthBytes > this.#capacityBytes)
          throw failure("ENOSPC", path)
        reach(inode, positionBytes + bytes.length)
        inode.bytes.set(bytes, positionBytes)
      },
      read: (into, positionBytes) => {
        const end = Math.min(inode.lengthBytes, positionBytes + into.length)
        if (end <= positionBytes) return Promise.resolve(0)
        into.set(inode.bytes.subarray(positionBytes, end))
        return Promise.resolve(end - positionBytes)
      },
      fdatasync: () => Promise.resolve(),
      ftruncate: (lengthBytes) => {
        reach(inode, lengthBytes)
        inode.bytes.fill(0, lengthBytes)
        inode.lengthBytes = lengthBytes
        return Promise.resolve()
      },
      sizeBytes: () => Promise.resolve(inode.lengthBytes),
      close: () => Promise.resolve(),
    }
  }
}

/** Makes the file at least that long; new bytes are zero. */
function reach(inode: Inode, lengthBytes: number): void {
  if (lengthBytes > inode.bytes.length) {
    const larger = new Uint8Array(Math.max(lengthBytes, 2 * inode.bytes.length))
    larger.set(inode.bytes.subarray(0, inode.lengthBytes))
    inode.bytes = larger
  }
  inode.lengthBytes = Math.max(inode.lengthBytes, lengthBytes)
}
