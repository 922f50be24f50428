/**
 * Reads what a ZIP says is in it, from its end: the end record, that of Zip64, and the central directory. Only a ZIP that is
 * nothing else is taken: one piece, its directory right before its end, no octet that none of its files accounts for. What is
 * claimed is compared with what is there before anything is read by it.
 */
import { entriesOf, type ZipEntry } from "./entry.ts"
import { END, exact64, FULL_16, FULL_32, viewOf, wrongZip, ZIP64_END, ZIP64_LOCATOR } from "./format.ts"

/** More than a study of ten thousand images with what viewers lay beside it. */
export const MAX_ZIP_ENTRIES = 20_000
/** Its directory is held whole: so much for each of so many. */
export const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024
/** All files together, unpacked. */
export const MAX_UNPACKED_BYTES = 64 * 1024 ** 3
/** So much may come out of any ZIP, and beyond it so many times what went in: blank images deflate well, a whole study of them is none. */
export const UNPACKED_FREE_BYTES = 256 * 1024 * 1024
export const MAX_UNPACKED_RATIO = 100

const MAX_COMMENT_BYTES = 0xffff

/** A whole ZIP that is here. */
export interface ZipSource {
  readonly lengthBytes: number
  /** Octets [start, end), all of them. */
  range(start: number, end: number): Promise<Uint8Array>
}

export interface ZipDirectory {
  /** In the order in which they lie: each begins where the one before ends, or its descriptor. */
  readonly entries: readonly ZipEntry[]
  /** Where the files end and the directory begins. */
  readonly offset: number
}

interface Claimed {
  readonly entries: number
  readonly lengthBytes: number
  readonly offset: number
}

/** @throws Malformed ZIP */
export async function readZipDirectory(source: ZipSource): Promise<ZipDirectory> {
  const tailBytes = END.lengthBytes + MAX_COMMENT_BYTES + ZIP64_LOCATOR.lengthBytes
  const tailStart = Math.max(0, source.lengthBytes - tailBytes)
  const tail = await source.range(tailStart, source.lengthBytes)
  const endAt = endIn(tail)
  const { claimed, before } = await claims(source, tail, endAt, tailStart)
  checkClaims(claimed, before)
  const bytes = await source.range(claimed.offset, before)
  const entries = entriesOf(bytes, claimed.entries)
  checkOrder(entries, claimed.offset)
  checkUnpacked(entries, source.lengthBytes)
  return { entries, offset: claimed.offset }
}

/** Where the one end record begins whose comment ends with the file: with two, readers differ in what they see. */
function endIn(tail: Uint8Array): number {
  const view = viewOf(tail)
  const found: number[] = []
  for (let at = tail.length - END.lengthBytes; at >= 0; at -= 1)
    if (
      view.getUint32(at, true) === END.signature &&
      at + END.lengthBytes + view.getUint16(at + 20, true) === tail.length
    )
      found.push(at)
  const [at] = found
  if (at === undefined) throw wrongZip("4.3.16", "it has no end: no ZIP, or cut off")
  if (found.length > 1) throw wrongZip("4.3.16", "it has more than one end")
  return at
}

/** What the end says, or that of Zip64; and where whichever comes first begins. */
async function claims(
  source: ZipSource,
  tail: Uint8Array,
  endAt: number,
  tailStart: number,
): Promise<{ readonly claimed: Claimed; readonly before: number }> {
  const view = viewOf(tail)
  const disks = [view.getUint16(endAt + 4, true), view.getUint16(endAt + 6, true)]
  const [here, all] = [view.getUint16(endAt + 8, true), view.getUint16(endAt + 10, true)]
  const isZip64Disk = (disk: number): boolean => disk === 0 || disk === FULL_16
  if (!disks.every(isZip64Disk) || here !== all) throw wrongZip("4.4.19", "it is in several pieces")
  const claimed: Claimed = {
    entries: all,
    lengthBytes: view.getUint32(endAt + 12, true),
    offset: view.getUint32(endAt + 16, true),
  }
  const locatorAt = endAt - ZIP64_LOCATOR.lengthBytes
  const hasLocator = locatorAt >= 0 && view.getUint32(locatorAt, true) === ZIP64_LOCATOR.signature
  const isFull =
    all === FULL_16 ||
    claimed.lengthBytes === FULL_32 ||
    claimed.offset === FULL_32 ||
    disks.includes(FULL_16)
  if (!hasLocator && isFull) throw wrongZip("4.4.1.4", "what its end leaves to Zip64 is not there")
  if (!hasLocator) return { claimed, before: tailStart + endAt }
  if (view.getUint32(locatorAt + 4, true) !== 0 || view.getUint32(locatorAt + 16, true) > 1)
    throw wrongZip("4.3.15", "it is in several pieces")
  const at = exact64(view, locatorAt + 8)
  return { claimed: await zip64Claims(source, at, tailStart + locatorAt, claimed), before: at }
}

/** It stands right before its locator, and says nothing else than the short record where that says something. */
async function zip64Claims(
  source: ZipSource,
  at: number,
  locatorAt: number,
  short: Claimed,
): Promise<Claimed> {
  if (at + ZIP64_END.lengthBytes !== locatorAt)
    throw wrongZip("4.3.14", "its Zip64 end is not where its locator says")
  const view = viewOf(await source.range(at, locatorAt))
  if (
    view.getUint32(0, true) !== ZIP64_END.signature ||
    exact64(view, 4) !== ZIP64_END.lengthBytes - 12 ||
    view.getUint32(16, true) !== 0 ||
    view.getUint32(20, true) !== 0
  )
    throw wrongZip("4.3.14", "its Zip64 end is none")
  const [here, entries, lengthBytes, offset] = [24, 32, 40, 48].map((each) => exact64(view, each)) as [
    number,
    number,
    number,
    number,
  ]
  const isSame = (long: number, said: number, full: number): boolean => said === full || said === long
  if (
    here !== entries ||
    !isSame(entries, short.entries, FULL_16) ||
    !isSame(lengthBytes, short.lengthBytes, FULL_32) ||
    !isSame(offset, short.offset, FULL_32)
  )
    throw wrongZip("4.3.14", "its two ends contradict each other")
  return { entries, lengthBytes, offset }
}

function checkClaims({ entries, lengthBytes, offset }: Claimed, before: number): void {
  if (offset + lengthBytes !== before)
    throw wrongZip("4.3.12", "its directory does not lie right before its end")
  if (entries > MAX_ZIP_ENTRIES || lengthBytes > MAX_DIRECTORY_BYTES)
    throw wrongZip("4.3.12", `it lists ${entries} files in ${lengthBytes} octets: too many`)
}

/** No file overlaps another, and nothing lies between two of them; how long local headers are is seen when they are read. */
function checkOrder(entries: readonly ZipEntry[], end: number): void {
  const names = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1]?.offset ?? end
    if (names.has(entry.comparable)) throw wrongZip("4.4.17", "two of its files have one name")
    names.add(entry.comparable)
    if (entry.offset + entry.leastBytes > next) throw wrongZip("4.3.7", "its files overlap")
  }
  if (entries.length > 0 && entries[0]?.offset !== 0)
    throw wrongZip("4.3.6", "something stands before its first file")
}

/** By what is claimed, before a single octet is unpacked; that it is not more is seen while they come out. */
function checkUnpacked(entries: readonly ZipEntry[], lengthBytes: number): void {
  const total = entries.reduce((sum, each) => sum + each.lengthBytes, 0)
  const most = Math.min(MAX_UNPACKED_BYTES, UNPACKED_FREE_BYTES + MAX_UNPACKED_RATIO * lengthBytes)
  if (total > most) throw wrongZip("4.4.9", `${total} octets would come out of ${lengthBytes}: too many`)
}
