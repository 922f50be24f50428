/**
 * A disk that writes down what happens to it, and can be played again up to any moment with a power cut: what a sync
 * that had begun later confirmed is there, everything else is there, missing, or torn, as the dice fall.
 */
import { posix } from "node:path"
import type { Chance } from "../../../gateway/journey/ports/time.ts"
import type { Disk, DiskFile, DiskSpace, OpenMode } from "../../../gateway/storage/spool/disk.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { fraction } from "./world.ts"

type Entry =
  | { readonly op: "write"; readonly inode: number; readonly position: number; readonly bytes: Buffer }
  | { readonly op: "truncate"; readonly inode: number; readonly length: number }
  | { readonly op: "link"; readonly path: string; readonly inode: number }
  | { readonly op: "unlink"; readonly path: string }
  | { readonly op: "rename"; readonly from: string; readonly to: string }
  | { readonly op: "mkdir" | "rmdir"; readonly path: string }
  | { readonly op: "sync"; readonly inode: number; readonly begun: number }
  | { readonly op: "syncDir"; readonly path: string; readonly begun: number }
  | { readonly op: "said"; readonly what: string; readonly id: string }

const SECTOR_BYTES = 512

export class LoggedDisk implements Disk {
  readonly log: Entry[] = []
  readonly #inner = new MemoryDisk()
  readonly #inodes = new Map<string, number>()
  #lastInode = 0

  /** What the outside has been told, in order with what happened on the disk. */
  say(what: string, id: string): void {
    this.log.push({ op: "said", what, id })
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await this.#inner.open(path, mode)
    if (mode === "create") {
      this.#inodes.set(path, ++this.#lastInode)
      this.log.push({ op: "link", path, inode: this.#lastInode })
    }
    return this.#logged(file, this.#inodes.get(path)!)
  }

  async mkdir(path: string): Promise<void> {
    await this.#inner.mkdir(path)
    this.log.push({ op: "mkdir", path })
  }
  async rename(from: string, to: string): Promise<void> {
    await this.#inner.rename(from, to)
    this.#inodes.set(to, this.#inodes.get(from)!)
    this.log.push({ op: "rename", from, to })
  }
  async unlink(path: string): Promise<void> {
    await this.#inner.unlink(path)
    this.log.push({ op: "unlink", path })
  }
  async rmdir(path: string): Promise<void> {
    await this.#inner.rmdir(path)
    this.log.push({ op: "rmdir", path })
  }
  async fsyncDir(path: string): Promise<void> {
    const begun = this.log.length
    await this.#inner.fsyncDir(path)
    this.log.push({ op: "syncDir", path, begun })
  }
  readdir(path: string): Promise<readonly string[]> {
    return this.#inner.readdir(path)
  }
  statfs(path: string): Promise<DiskSpace> {
    return this.#inner.statfs(path)
  }

  /** The disk as it may be found after a power cut behind the first `length` entries. */
  async afterPowerCut(length: number, dice: Chance): Promise<MemoryDisk> {
    const happened = this.log.slice(0, length)
    const files = new Map<number, Buffer>()
    const names = new Map<string, number>()
    const folders = new Set<string>()
    for (const [at, entry] of happened.entries())
      if (isConfirmed(happened, at) || fraction(dice) < 0.5)
        apply(entry, isConfirmed(happened, at) ? null : dice, files, names, folders)
    return await disk(files, names, folders)
  }

  #logged(file: DiskFile, inode: number): DiskFile {
    return {
      ...file,
      write: async (buffers, position) => {
        await file.write(buffers, position)
        this.log.push({ op: "write", inode, position, bytes: Buffer.concat(buffers) })
      },
      ftruncate: async (length) => {
        await file.ftruncate(length)
        this.log.push({ op: "truncate", inode, length })
      },
      fdatasync: async () => {
        const begun = this.log.length
        await file.fdatasync()
        this.log.push({ op: "sync", inode, begun })
      },
    }
  }
}

function isConfirmed(log: readonly Entry[], at: number): boolean {
  const entry = log[at]!
  const later = log.slice(at + 1)
  if (entry.op === "write" || entry.op === "truncate")
    return later.some((one) => one.op === "sync" && one.inode === entry.inode && one.begun > at)
  const path = "path" in entry ? entry.path : "to" in entry ? entry.to : ""
  return later.some((one) => one.op === "syncDir" && one.path === posix.dirname(path) && one.begun > at)
}

function apply(
  entry: Entry,
  dice: Chance | null,
  files: Map<number, Buffer>,
  names: Map<string, number>,
  folders: Set<string>,
): void {
  if (entry.op === "write") {
    const bytes = dice !== null && fraction(dice) < 0.3 ? torn(entry.bytes, dice) : entry.bytes
    const old = files.get(entry.inode) ?? Buffer.alloc(0)
    const all = Buffer.alloc(Math.max(old.length, entry.position + bytes.length))
    old.copy(all)
    bytes.copy(all, entry.position)
    files.set(entry.inode, all)
  } else if (entry.op === "truncate") {
    const all = Buffer.alloc(entry.length)
    files.get(entry.inode)?.copy(all)
    files.set(entry.inode, all)
  } else if (entry.op === "link") names.set(entry.path, entry.inode)
  else if (entry.op === "unlink") names.delete(entry.path)
  else if (entry.op === "rename") {
    const inode = names.get(entry.from)
    names.delete(entry.from)
    if (inode !== undefined) names.set(entry.to, inode)
  } else if (entry.op === "mkdir") folders.add(entry.path)
  else if (entry.op === "rmdir") folders.delete(entry.path)
}

function torn(bytes: Buffer, dice: Chance): Buffer {
  const sectors = Math.floor(fraction(dice) * (bytes.length / SECTOR_BYTES))
  return bytes.subarray(0, sectors * SECTOR_BYTES)
}

async function disk(
  files: ReadonlyMap<number, Buffer>,
  names: ReadonlyMap<string, number>,
  folders: ReadonlySet<string>,
): Promise<MemoryDisk> {
  const found = new MemoryDisk()
  const reachable = (path: string): boolean =>
    path === "/" || (folders.has(path) && reachable(posix.dirname(path)))
  for (const folder of [...folders].sort()) if (reachable(folder)) await found.mkdir(folder)
  for (const [path, inode] of names) {
    if (!reachable(posix.dirname(path))) continue
    const file = await found.open(path, "create")
    await file.write([files.get(inode) ?? Buffer.alloc(0)], 0)
  }
  return found
}
