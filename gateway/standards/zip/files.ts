/**
 * The files of a ZIP, one after the other in one pass, each as its directory has it: what stands before and behind a file
 * must say the same, else two readers see two different files. Flat memory; nothing is allocated by a length somebody claims.
 */
import { Readable, pipeline } from "node:stream"
import { crc32, createInflateRaw } from "node:zlib"
import { wide, type ZipEntry } from "./entry.ts"
import type { ZipDirectory } from "./directory.ts"
import {
  DESCRIPTOR_SIGNATURE,
  FLAG,
  FULL_32,
  LOCAL_HEADER,
  METHOD,
  viewOf,
  wrongZip,
  exact64,
} from "./format.ts"
import { PieceReader } from "./piece-reader.ts"

/** What comes out of a deflated file at once. */
const CHUNK_BYTES = 128 * 1024
/** Of the flags what a local header must have as well; some writers tell of UTF-8 in one place alone. */
const SAME_FLAGS = FLAG.encrypted | FLAG.descriptor
/** Without its signature, and with lengths of 32 bits; each may be otherwise. */
const DESCRIPTOR_BYTES = 12

export interface ZipFile {
  readonly entry: ZipEntry
  /** Unpacked, once, and as far as anybody wants: the rest is looked at before the next file. CRC-32 and length hold at its end. */
  readonly octets: AsyncGenerator<Uint8Array>
}

/**
 * @param octets of the ZIP, from its first on
 * @throws Malformed ZIP, here and from `octets` of each file
 */
export async function* zipFiles(
  { entries, offset }: ZipDirectory,
  octets: AsyncIterable<Uint8Array>,
): AsyncGenerator<ZipFile> {
  const reader = new PieceReader(octets)
  for (const [index, entry] of entries.entries()) {
    const headBytes = await localHeader(reader, entry)
    const content = unpacked(entry, reader)
    yield { entry, octets: content }
    await drained(content)
    const next = entries[index + 1]?.offset ?? offset
    await descriptor(reader, entry, next - entry.offset - headBytes - entry.packedBytes)
  }
}

/** What its taker has left of a file is looked at all the same. */
async function drained(content: AsyncGenerator<Uint8Array>): Promise<void> {
  for (let next = await content.next(); next.done !== true;) next = await content.next()
}

/** @returns its length, with name and extra field */
async function localHeader(reader: PieceReader, entry: ZipEntry): Promise<number> {
  const view = viewOf(await reader.take(LOCAL_HEADER.lengthBytes))
  const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)]
  if (view.getUint32(0, true) !== LOCAL_HEADER.signature || nameBytes !== entry.nameBytes.length)
    throw contradicts("its local header")
  const name = await reader.take(nameBytes)
  const extra = await reader.take(extraBytes)
  const method = entry.isDeflated ? METHOD.deflated : METHOD.stored
  const isSame =
    name.every((each, index) => each === entry.nameBytes[index]) &&
    (view.getUint16(6, true) & SAME_FLAGS) === (entry.flags & SAME_FLAGS) &&
    view.getUint16(8, true) === method
  if (!isSame) throw contradicts("its local header")
  const [packed, length] = wide(extra, [view.getUint32(18, true), view.getUint32(22, true), 0])
  const crc = view.getUint32(14, true)
  // Who did not know them when it began says them behind the file, and nothing here.
  const isLater = (entry.flags & FLAG.descriptor) !== 0
  const isSaid = (said: number, known: number): boolean => said === known || (isLater && said === 0)
  if (!isSaid(crc, entry.crc32) || !isSaid(packed, entry.packedBytes) || !isSaid(length, entry.lengthBytes))
    throw contradicts("its local header")
  return LOCAL_HEADER.lengthBytes + nameBytes + extraBytes
}

async function* unpacked(entry: ZipEntry, reader: PieceReader): AsyncGenerator<Uint8Array> {
  const packed = reader.pass(entry.packedBytes)
  let crc = 0
  let lengthBytes = 0
  for await (const piece of entry.isDeflated ? inflated(packed, entry.packedBytes) : packed) {
    lengthBytes += piece.length
    if (lengthBytes > entry.lengthBytes) throw wrongZip("4.4.9", "more comes out of a file than it says")
    crc = crc32(piece, crc)
    yield piece
  }
  if (lengthBytes !== entry.lengthBytes) throw wrongZip("4.4.9", "less comes out of a file than it says")
  if (crc !== entry.crc32) throw wrongZip("4.4.7", "a file is not what its CRC-32 says")
}

async function* inflated(packed: AsyncIterable<Uint8Array>, packedBytes: number): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES })
  const done = new Promise<void>((resolve, reject) => {
    // Copied: a piece is ours only until the next is asked for.
    const source = Readable.from(copied(packed), { objectMode: false })
    pipeline(source, inflate, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
  done.catch(() => undefined)
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) yield piece
    await done
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_"))
      throw wrongZip("4.4.5", "a file is no deflated stream")
    throw cause
  }
  if (inflate.bytesWritten !== packedBytes) throw wrongZip("4.4.8", "a deflated stream ends before its file")
}

async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece)
}

/** What lies between a file and the next: nothing, or its descriptor (4.3.9), which says what the directory says. */
async function descriptor(reader: PieceReader, entry: ZipEntry, gapBytes: number): Promise<void> {
  const isThere = (entry.flags & FLAG.descriptor) !== 0
  const lengths = isThere
    ? [DESCRIPTOR_BYTES, DESCRIPTOR_BYTES + 4, DESCRIPTOR_BYTES + 8, DESCRIPTOR_BYTES + 12]
    : [0]
  if (!lengths.includes(gapBytes))
    throw wrongZip("4.3.9", "something lies between its files, or they overlap")
  if (!isThere) return
  const view = viewOf(await reader.take(gapBytes))
  const at = gapBytes % 8 === 0 ? 4 : 0
  const isWide = gapBytes - at === DESCRIPTOR_BYTES + 8
  const long = (where: number): number => (isWide ? exact64(view, where) : view.getUint32(where, true))
  const isSame =
    (at === 0 || view.getUint32(0, true) === DESCRIPTOR_SIGNATURE) &&
    view.getUint32(at, true) === entry.crc32 &&
    long(at + 4) === entry.packedBytes &&
    long(at + (isWide ? 12 : 8)) === entry.lengthBytes
  if (!isSame || (!isWide && entry.lengthBytes > FULL_32)) throw contradicts("its descriptor")
}

const contradicts = (what: string) => wrongZip("4.3.7", `${what} contradicts the directory`)
