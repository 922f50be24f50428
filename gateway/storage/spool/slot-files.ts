/**
 * The two copies of one epoch's slot file, `slots.<epoch>.a` and `.b`. Pages are overwritten in place, copy a first;
 * a page counts as written when both copies are durable. Never renamed, never part of a backup of the ledger.
 */
import { join } from "node:path"
import { type Disk, type DiskFile, namesIn, unlinkIfThere, withFile } from "./disk.ts"
import { isSlotFileHeader } from "./slot-file-header.ts"
import { PAGE_BYTES } from "./slot-page.ts"

const COPIES = ["a", "b"] as const
const NAME = /^slots\.([1-9][0-9]{0,9})\.[ab]$/
/** Pages wiped or read by one operation. */
export const PAGES_AT_ONCE = 256

export interface SlotFiles {
  readonly epoch: number
  /** Copy a, copy b. */
  readonly copies: readonly DiskFile[]
  close(): Promise<void>
}

function paths(folder: string, epoch: number): string[] {
  return COPIES.map((copy) => join(folder, `slots.${epoch}.${copy}`))
}

/** Two empty copies; their names are durable when it returns. Page 0 is still to be written. */
export async function createSlotFiles(disk: Disk, folder: string, epoch: number): Promise<SlotFiles> {
  await removeSlotFiles(disk, folder, epoch)
  const copies: DiskFile[] = []
  for (const path of paths(folder, epoch)) copies.push(await disk.open(path, "create"))
  await disk.fsyncDir(folder)
  return slotFiles(epoch, copies)
}

/** Opens both copies. A copy that is missing is made anew, empty: the reader fills it from the other. */
export async function openSlotFiles(disk: Disk, folder: string, epoch: number): Promise<SlotFiles> {
  const names = await namesIn(disk, folder)
  const copies: DiskFile[] = []
  for (const path of paths(folder, epoch)) {
    const there = names.some((name) => join(folder, name) === path)
    copies.push(await disk.open(path, there ? "update" : "create"))
  }
  await disk.fsyncDir(folder)
  return slotFiles(epoch, copies)
}

function slotFiles(epoch: number, copies: readonly DiskFile[]): SlotFiles {
  return {
    epoch,
    copies,
    close: async () => {
      for (const copy of copies) await copy.close()
    },
  }
}

/** Every epoch that has a file here, complete or not, ascending. */
export async function epochsIn(disk: Disk, folder: string): Promise<number[]> {
  const found = (await namesIn(disk, folder)).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  return [...new Set(found.map(Number))].sort((one, other) => one - other)
}

/** The newest epoch whose file is complete in at least one copy; null before the first start. */
export async function completeEpoch(disk: Disk, folder: string): Promise<number | null> {
  const epochs = await epochsIn(disk, folder)
  for (const epoch of epochs.reverse()) if (await isComplete(disk, folder, epoch)) return epoch
  return null
}

async function isComplete(disk: Disk, folder: string, epoch: number): Promise<boolean> {
  const names = await namesIn(disk, folder)
  const there = paths(folder, epoch).filter((path) => names.some((name) => join(folder, name) === path))
  for (const path of there) {
    const page = await withFile(disk, path, "read", (file) => readPages(file, 0, 1))
    if (isSlotFileHeader(page, epoch)) return true
  }
  return false
}

/** Up to `count` pages from page `first`; shorter at the end, a torn last page filled with zeros. */
export async function readPages(file: DiskFile, first: number, count: number): Promise<Buffer> {
  const into = Buffer.alloc(count * PAGE_BYTES)
  const lengthBytes = await file.read(into, first * PAGE_BYTES)
  return into.subarray(0, Math.ceil(lengthBytes / PAGE_BYTES) * PAGE_BYTES)
}

/** All pages of one copy in order. */
export async function* everyPage(file: DiskFile): AsyncGenerator<Buffer> {
  for (let first = 0; ; first += PAGES_AT_ONCE) {
    const pages = await readPages(file, first, PAGES_AT_ONCE)
    for (let at = 0; at < pages.length; at += PAGE_BYTES) yield pages.subarray(at, at + PAGE_BYTES)
    if (pages.length < PAGES_AT_ONCE * PAGE_BYTES) return
  }
}

/** One page to both copies, each durable before the next is touched: one of them is whole at every instant. */
export async function writePage(files: SlotFiles, index: number, page: Uint8Array): Promise<void> {
  for (const copy of files.copies) {
    await copy.write([page], index * PAGE_BYTES)
    await copy.fdatasync()
  }
}

/** Overwrites both copies with zeros, then unlinks them. Safe to repeat. */
export async function removeSlotFiles(disk: Disk, folder: string, epoch: number): Promise<void> {
  const names = await namesIn(disk, folder)
  for (const path of paths(folder, epoch)) {
    if (!names.some((name) => join(folder, name) === path)) continue
    await withFile(disk, path, "update", wipe)
    await unlinkIfThere(disk, path)
  }
  await disk.fsyncDir(folder)
}

async function wipe(file: DiskFile): Promise<void> {
  const sizeBytes = await file.sizeBytes()
  const zeros = Buffer.alloc(PAGES_AT_ONCE * PAGE_BYTES)
  for (let at = 0; at < sizeBytes; at += zeros.length)
    await file.write([zeros.subarray(0, Math.min(zeros.length, sizeBytes - at))], at)
  await file.fdatasync()
}
