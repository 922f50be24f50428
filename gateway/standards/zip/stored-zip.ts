/**
 * The plainest ZIP there is (APPNOTE 6.3.10): entries stored one behind the other, nothing compressed, encrypted or between
 * them. Written and read in this one form, so that what a reader of ours takes is what any other program shows: no second
 * entry of a name, no octet that belongs to nothing, no size to be believed before it is compared.
 */
import { Malformed } from "../malformed.ts"
import { crc32 } from "./crc32.ts"

export interface ZipFile {
  /** Relative, `/` between folders: `isPlainPath`. */
  readonly path: string
  readonly octets: Uint8Array
}

/** What a reader takes at most. */
export const MAX_ZIP_BYTES = 512 * 1024 * 1024
export const MAX_ZIP_FILES = 4_096
const MAX_PATH_BYTES = 128

const LOCAL = { signature: 0x04034b50, lengthBytes: 30 }
const CENTRAL = { signature: 0x02014b50, lengthBytes: 46 }
const END = { signature: 0x06054b50, lengthBytes: 22 }
/** APPNOTE 4.4.3: 1.0, the default; made on UNIX, so that the file mode counts. */
const VERSION = 10
const MADE_ON_UNIX = 3 << 8
const PLAIN_FILE_MODE = 0o100644
/** 1980-01-01, the first day a ZIP knows: what is inside says when it was made. */
const NO_DATE = 0x0021

/** Small letters, digits, `-`, `_` and `.` in each step; no step begins with a dot, so that none leads upwards. */
export const isPlainPath = (path: string): boolean =>
  path.length <= MAX_PATH_BYTES && /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/.test(path)

/** The archive in pieces, in order. @throws RangeError for a name, a number or a length this form does not have */
export function writeZip(files: readonly ZipFile[]): readonly Uint8Array[] {
  checkWritable(files)
  const pieces: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const file of files) {
    const name = Buffer.from(file.path, "latin1")
    const common = commonFields(file, name.length)
    const local = localHeader(common)
    directory.push(centralHeader(common, at), name)
    pieces.push(local, name, file.octets)
    at += local.length + name.length + file.octets.length
  }
  return [...pieces, ...directory, endRecord(files.length, lengthOf(directory), at)]
}

function checkWritable(files: readonly ZipFile[]): void {
  const total = files.reduce((sum, { octets, path }) => sum + octets.length + 2 * path.length + 76, 22)
  const paths = new Set(files.map(({ path }) => path))
  if (!files.every(({ path }) => isPlainPath(path)) || paths.size < files.length)
    throw new RangeError("a path is not plain, or stands twice")
  if (files.length > MAX_ZIP_FILES || total > MAX_ZIP_BYTES)
    throw new RangeError(`more than ${MAX_ZIP_FILES} files or ${MAX_ZIP_BYTES} bytes`)
}

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, each) => sum + each.length, 0)

/** What local and central header have in common, from "version needed" to "extra field length" (26 octets). */
function commonFields({ octets }: ZipFile, nameBytes: number): Uint8Array {
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(VERSION, 0)
  fields.writeUInt16LE(NO_DATE, 8)
  fields.writeUInt32LE(crc32(octets), 10)
  fields.writeUInt32LE(octets.length, 14)
  fields.writeUInt32LE(octets.length, 18)
  fields.writeUInt16LE(nameBytes, 22)
  return fields
}

function localHeader(common: Uint8Array): Uint8Array {
  const header = Buffer.alloc(LOCAL.lengthBytes)
  header.writeUInt32LE(LOCAL.signature, 0)
  header.set(common, 4)
  return header
}

function centralHeader(common: Uint8Array, localAt: number): Uint8Array {
  const header = Buffer.alloc(CENTRAL.lengthBytes)
  header.writeUInt32LE(CENTRAL.signature, 0)
  header.writeUInt16LE(MADE_ON_UNIX | VERSION, 4)
  header.set(common, 6)
  header.writeUInt16LE(PLAIN_FILE_MODE, 40)
  header.writeUInt32LE(localAt, 42)
  return header
}

function endRecord(count: number, directoryBytes: number, directoryAt: number): Uint8Array {
  const record = Buffer.alloc(END.lengthBytes)
  record.writeUInt32LE(END.signature, 0)
  record.writeUInt16LE(count, 8)
  record.writeUInt16LE(count, 10)
  record.writeUInt32LE(directoryBytes, 12)
  record.writeUInt32LE(directoryAt, 16)
  return record
}

/**
 * The files of an archive in exactly this form. The octets are views of what was given.
 *
 * Header by header what is there is compared with what the writer would have written for these names and these octets: there
 * is no field that could say something else to another program.
 *
 * @throws Malformed ZIP_LIMIT, ZIP_STRUCTURE, ZIP_METHOD, ZIP_PATH, ZIP_CRC
 */
export function readZip(archive: Uint8Array): readonly ZipFile[] {
  if (archive.length > MAX_ZIP_BYTES) throw malformed("ZIP_LIMIT", "is larger than a package may be")
  const octets = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const end = readEnd(octets)
  const files: ZipFile[] = []
  let [at, entryAt] = [0, end.directoryAt]
  for (let n = 0; n < end.count; n++) {
    const { file, localBytes, entryBytes } = readEntry(octets, entryAt, at, end.directoryAt)
    files.push(file)
    at += localBytes
    entryAt += entryBytes
  }
  if (at !== end.directoryAt || entryAt !== octets.length - END.lengthBytes)
    throw malformed("ZIP_STRUCTURE", "octets belong to no file")
  if (new Set(files.map(({ path }) => path)).size < files.length)
    throw malformed("ZIP_PATH", "a name stands twice")
  return files
}

function readEnd(octets: Buffer): { readonly count: number; readonly directoryAt: number } {
  const at = octets.length - END.lengthBytes
  if (at < 0 || octets.readUInt32LE(at) !== END.signature)
    throw malformed("ZIP_STRUCTURE", "no end of an archive: is cut short, or something else")
  const [count, directoryBytes, directoryAt] = [
    octets.readUInt16LE(at + 10),
    octets.readUInt32LE(at + 12),
    octets.readUInt32LE(at + 16),
  ]
  if (count > MAX_ZIP_FILES) throw malformed("ZIP_LIMIT", `more than ${MAX_ZIP_FILES} files`)
  const written = endRecord(count, directoryBytes, directoryAt)
  if (directoryAt + directoryBytes !== at || Buffer.compare(octets.subarray(at), written) !== 0)
    throw malformed("ZIP_STRUCTURE", "the end does not fit what is before it")
  return { count, directoryAt }
}

interface Entry {
  readonly file: ZipFile
  readonly localBytes: number
  readonly entryBytes: number
}

function readEntry(octets: Buffer, entryAt: number, localAt: number, directoryAt: number): Entry {
  if (
    entryAt + CENTRAL.lengthBytes > octets.length ||
    octets.readUInt32LE(entryAt) !== CENTRAL.signature ||
    localAt + LOCAL.lengthBytes > directoryAt
  )
    throw malformed("ZIP_STRUCTURE", "the list of files is not one")
  if (octets.readUInt16LE(entryAt + 8) !== 0 || octets.readUInt16LE(entryAt + 10) !== 0)
    throw malformed("ZIP_METHOD", "is compressed or encrypted: unpack it, and choose the folder")
  const lengthBytes = octets.readUInt32LE(entryAt + 24)
  const nameBytes = octets.readUInt16LE(entryAt + 28)
  const [nameAt, bodyAt] = [entryAt + CENTRAL.lengthBytes, localAt + LOCAL.lengthBytes + nameBytes]
  if (bodyAt + lengthBytes > directoryAt)
    throw malformed("ZIP_STRUCTURE", "a file is longer than the archive")
  const name = octets.subarray(nameAt, nameAt + nameBytes)
  const file = { path: name.toString("latin1"), octets: octets.subarray(bodyAt, bodyAt + lengthBytes) }
  if (!isPlainPath(file.path)) throw malformed("ZIP_PATH", "a name is not a plain one")
  checkHeaders(octets, file, { entryAt, localAt, nameBytes })
  return {
    file,
    localBytes: bodyAt + lengthBytes - localAt,
    entryBytes: CENTRAL.lengthBytes + nameBytes,
  }
}

function checkHeaders(
  octets: Buffer,
  file: ZipFile,
  { entryAt, localAt, nameBytes }: Readonly<Record<"entryAt" | "localAt" | "nameBytes", number>>,
): void {
  if (octets.readUInt32LE(entryAt + 16) !== crc32(file.octets))
    throw malformed("ZIP_CRC", "a file has other octets than when it was packed")
  const common = commonFields(file, nameBytes)
  const name = Buffer.from(file.path, "latin1")
  const local = Buffer.concat([localHeader(common), name])
  const central = Buffer.concat([centralHeader(common, localAt), name])
  const isAsWritten =
    Buffer.compare(octets.subarray(localAt, localAt + local.length), local) === 0 &&
    Buffer.compare(octets.subarray(entryAt, entryAt + central.length), central) === 0
  if (!isAsWritten)
    throw malformed("ZIP_STRUCTURE", "was packed by another program: unpack it, and choose the folder")
}

const malformed = (code: string, message: string): Malformed => new Malformed(code, "APPNOTE 4.3", message)
