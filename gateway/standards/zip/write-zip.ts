/**
 * Writes a ZIP around files that lie elsewhere: what stands before each, and what stands behind the last. The files are
 * stored and not deflated, so that each is in it octet for octet: who sends it again sends the same, from the same places.
 */
import { joined } from "../dicom/octets.ts"
import {
  CENTRAL_HEADER,
  END,
  EXTRA_HEAD_BYTES,
  FLAG,
  FULL_16,
  FULL_32,
  LOCAL_HEADER,
  METHOD,
  viewOf,
  ZIP64_END,
  ZIP64_EXTRA,
  ZIP64_LOCATOR,
} from "./format.ts"

export interface StoredFile {
  /** `/` between folders, in ASCII. */
  readonly name: string
  readonly lengthBytes: number
  readonly crc32: number
}

export interface ZipFrame<F extends StoredFile> {
  /** Each with what stands before it. */
  readonly files: readonly { readonly file: F; readonly head: Uint8Array }[]
  readonly tail: Uint8Array
  /** Heads, files and tail. */
  readonly lengthBytes: number
}

/** Version needed (4.4.3): 2.0 has folders, 4.5 has Zip64. */
const PLAIN_VERSION = 20
const ZIP64_VERSION = 45
/** Length, compressed length, and in the directory the offset as well. */
const LOCAL_EXTRA_BYTES = EXTRA_HEAD_BYTES + 16
const CENTRAL_EXTRA_BYTES = EXTRA_HEAD_BYTES + 24

interface Placed extends StoredFile {
  readonly offset: number
  readonly nameBytes: Uint8Array
}

/** @param at goes into the times of the files, in UTC: of a file somebody unpacks it says when it was packed */
export function zipFrame<F extends StoredFile>(files: readonly F[], at: Date): ZipFrame<F> {
  const stamp = dosTime(at)
  const framed: { file: F; head: Uint8Array }[] = []
  const records: Uint8Array[] = []
  let offset = 0
  for (const file of files) {
    const placed: Placed = { ...file, offset, nameBytes: new TextEncoder().encode(file.name) }
    const head = localHeader(placed, stamp)
    framed.push({ file, head })
    records.push(centralHeader(placed, stamp))
    offset += head.length + file.lengthBytes
  }
  const directory = joined(records)
  const tail = joined([directory, endOf(files.length, directory.length, offset)])
  return { files: framed, tail, lengthBytes: offset + tail.length }
}

/** 4.4.6: two seconds are its smallest step, 1980 its first year. */
function dosTime(at: Date): number {
  const year = Math.max(0, at.getUTCFullYear() - 1980)
  const date = (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return ((date << 16) | time) >>> 0
}

function localHeader({ nameBytes, lengthBytes, crc32 }: Placed, stamp: number): Uint8Array {
  const isLong = lengthBytes >= FULL_32
  const extraBytes = isLong ? LOCAL_EXTRA_BYTES : 0
  const bytes = new Uint8Array(LOCAL_HEADER.lengthBytes + nameBytes.length + extraBytes)
  const view = viewOf(bytes)
  view.setUint32(0, LOCAL_HEADER.signature, true)
  view.setUint16(4, isLong ? ZIP64_VERSION : PLAIN_VERSION, true)
  common(view, 6, stamp, crc32)
  view.setUint32(18, isLong ? FULL_32 : lengthBytes, true)
  view.setUint32(22, isLong ? FULL_32 : lengthBytes, true)
  view.setUint16(26, nameBytes.length, true)
  view.setUint16(28, extraBytes, true)
  bytes.set(nameBytes, LOCAL_HEADER.lengthBytes)
  if (isLong) extra(view, LOCAL_HEADER.lengthBytes + nameBytes.length, [lengthBytes, lengthBytes])
  return bytes
}

function centralHeader({ nameBytes, lengthBytes, crc32, offset }: Placed, stamp: number): Uint8Array {
  const isLong = lengthBytes >= FULL_32 || offset >= FULL_32
  const extraBytes = isLong ? CENTRAL_EXTRA_BYTES : 0
  const bytes = new Uint8Array(CENTRAL_HEADER.lengthBytes + nameBytes.length + extraBytes)
  const view = viewOf(bytes)
  view.setUint32(0, CENTRAL_HEADER.signature, true)
  view.setUint16(4, isLong ? ZIP64_VERSION : PLAIN_VERSION, true)
  view.setUint16(6, isLong ? ZIP64_VERSION : PLAIN_VERSION, true)
  common(view, 8, stamp, crc32)
  view.setUint32(20, isLong ? FULL_32 : lengthBytes, true)
  view.setUint32(24, isLong ? FULL_32 : lengthBytes, true)
  view.setUint16(28, nameBytes.length, true)
  view.setUint16(30, extraBytes, true)
  view.setUint32(42, isLong ? FULL_32 : offset, true)
  bytes.set(nameBytes, CENTRAL_HEADER.lengthBytes)
  if (isLong) extra(view, CENTRAL_HEADER.lengthBytes + nameBytes.length, [lengthBytes, lengthBytes, offset])
  return bytes
}

/** Flags, method, time and CRC-32 stand together in both. */
function common(view: DataView, at: number, stamp: number, crc32: number): void {
  view.setUint16(at, FLAG.utf8, true)
  view.setUint16(at + 2, METHOD.stored, true)
  view.setUint32(at + 4, stamp, true)
  view.setUint32(at + 8, crc32, true)
}

function extra(view: DataView, at: number, values: readonly number[]): void {
  view.setUint16(at, ZIP64_EXTRA, true)
  view.setUint16(at + 2, values.length * 8, true)
  values.forEach((value, index) => {
    view.setBigUint64(at + EXTRA_HEAD_BYTES + index * 8, BigInt(value), true)
  })
}

function endOf(files: number, directoryBytes: number, offset: number): Uint8Array {
  const isLong = files >= FULL_16 || directoryBytes >= FULL_32 || offset >= FULL_32
  const bytes = new Uint8Array(END.lengthBytes)
  const view = viewOf(bytes)
  view.setUint32(0, END.signature, true)
  view.setUint16(8, Math.min(files, FULL_16), true)
  view.setUint16(10, Math.min(files, FULL_16), true)
  view.setUint32(12, Math.min(directoryBytes, FULL_32), true)
  view.setUint32(16, Math.min(offset, FULL_32), true)
  return isLong ? joined([zip64End(files, directoryBytes, offset), bytes]) : bytes
}

function zip64End(files: number, directoryBytes: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(ZIP64_END.lengthBytes + ZIP64_LOCATOR.lengthBytes)
  const view = viewOf(bytes)
  view.setUint32(0, ZIP64_END.signature, true)
  view.setBigUint64(4, BigInt(ZIP64_END.lengthBytes - 12), true)
  view.setUint16(12, ZIP64_VERSION, true)
  view.setUint16(14, ZIP64_VERSION, true)
  const values = [files, files, directoryBytes, offset]
  values.forEach((value, index) => {
    view.setBigUint64(24 + index * 8, BigInt(value), true)
  })
  view.setUint32(56, ZIP64_LOCATOR.signature, true)
  view.setBigUint64(64, BigInt(offset + directoryBytes), true)
  view.setUint32(72, 1, true)
  return bytes
}
