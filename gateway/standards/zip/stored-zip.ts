/**
 * The plainest ZIP there is (APPNOTE 6.3.10): entries stored one behind the other, nothing compressed, encrypted or between
 * them, whole in memory. What a reader of ours takes is what any other program shows: no second entry of a name, no octet that
 * belongs to nothing, no field said in two ways.
 */
import { Malformed } from "../malformed.ts"
import { crc32 } from "./crc32.ts"
import { CENTRAL_HEADER, END, FLAG, LOCAL_HEADER, METHOD } from "./format.ts"
import { zipFrame, type StoredFile, type ZipFrame } from "./write-zip.ts"

export interface ZipFile {
  /** Relative, `/` between folders: `isPlainPath`. */
  readonly path: string
  readonly octets: Uint8Array
}

/** What a reader takes at most. */
export const MAX_ZIP_BYTES = 512 * 1024 * 1024
export const MAX_ZIP_FILES = 4_096
const MAX_PATH_BYTES = 128

/** The first day a ZIP knows: what is inside says when it was made. */
const NO_DATE = new Date(Date.UTC(1980, 0, 1))

/** Small letters, digits, `-`, `_` and `.` in each step; no step begins with a dot, so that none leads upwards. */
export const isPlainPath = (path: string): boolean =>
  path.length <= MAX_PATH_BYTES && /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/.test(path)

/** The archive in pieces, in order. @throws RangeError for a name, a number or a length this form does not have */
export function writeZip(files: readonly ZipFile[]): readonly Uint8Array[] {
  const paths = new Set(files.map(({ path }) => path))
  if (!files.every(({ path }) => isPlainPath(path)) || paths.size < files.length)
    throw new RangeError("a path is not plain, or stands twice")
  const frame = frameOf(files)
  if (files.length > MAX_ZIP_FILES || frame.lengthBytes > MAX_ZIP_BYTES)
    throw new RangeError(`more than ${MAX_ZIP_FILES} files or ${MAX_ZIP_BYTES} bytes`)
  return [...frame.files.flatMap(({ head, file }) => [head, file.octets]), frame.tail]
}

type Framed = StoredFile & Pick<ZipFile, "octets">

const frameOf = (files: readonly ZipFile[]): ZipFrame<Framed> =>
  zipFrame(
    files.map(({ path, octets }) => ({
      name: path,
      lengthBytes: octets.length,
      crc32: crc32(octets),
      octets,
    })),
    NO_DATE,
  )

/**
 * The files of an archive in this form. The octets are views of what was given.
 *
 * Whoever packed it, now or in ten years: dates, versions and attributes may be any; names, lengths and digests stand twice and
 * must agree, and every octet belongs to a header or a file.
 *
 * @throws Malformed ZIP_LIMIT, ZIP_STRUCTURE, ZIP_METHOD, ZIP_PATH, ZIP_CRC
 */
export function readZip(archive: Uint8Array): readonly ZipFile[] {
  if (archive.length > MAX_ZIP_BYTES) throw malformed("ZIP_LIMIT", "is larger than a package may be")
  const octets = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const { count, directoryAt, endAt } = readEnd(octets)
  const files: ZipFile[] = []
  let [localAt, entryAt] = [0, directoryAt]
  for (let n = 0; n < count; n++) {
    const entry = readEntry(octets, entryAt, endAt)
    const file = readFile(octets, localAt, directoryAt, entry)
    if (entry.localAt !== localAt) throw otherForm()
    if (crc32(file) !== entry.crc32) throw malformed("ZIP_CRC", `changed: ${entry.path}`)
    files.push({ path: entry.path, octets: file })
    localAt += LOCAL_HEADER.lengthBytes + entry.path.length + file.length
    entryAt += CENTRAL_HEADER.lengthBytes + entry.path.length
  }
  if (localAt !== directoryAt || entryAt !== endAt) throw otherForm()
  if (new Set(files.map(({ path }) => path)).size < files.length)
    throw malformed("ZIP_PATH", "a name stands twice")
  return files
}

const otherForm = (): Malformed =>
  malformed("ZIP_STRUCTURE", "was packed in another form: unpack it, and choose the folder")

interface End {
  readonly count: number
  readonly directoryAt: number
  readonly endAt: number
}

function readEnd(octets: Buffer): End {
  const endAt = octets.length - END.lengthBytes
  if (endAt < 0 || octets.readUInt32LE(endAt) !== END.signature)
    throw malformed("ZIP_STRUCTURE", "no end of an archive: is cut short, or something else")
  const [disk, firstDisk, here, count, comment] = [4, 6, 8, 10, 20].map((at) =>
    octets.readUInt16LE(endAt + at),
  )
  const [directoryBytes, directoryAt] = [octets.readUInt32LE(endAt + 12), octets.readUInt32LE(endAt + 16)]
  if (count === undefined || count > MAX_ZIP_FILES)
    throw malformed("ZIP_LIMIT", `more than ${MAX_ZIP_FILES} files`)
  if (
    directoryAt + directoryBytes !== endAt ||
    disk !== 0 ||
    firstDisk !== 0 ||
    here !== count ||
    comment !== 0
  )
    throw malformed("ZIP_STRUCTURE", "the end does not fit what is before it")
  return { count, directoryAt, endAt }
}

interface Entry {
  readonly path: string
  readonly crc32: number
  readonly lengthBytes: number
  readonly localAt: number
}

/** One of the directory (4.3.12). */
function readEntry(octets: Buffer, at: number, endAt: number): Entry {
  const nameAt = at + CENTRAL_HEADER.lengthBytes
  if (nameAt > endAt || octets.readUInt32LE(at) !== CENTRAL_HEADER.signature)
    throw malformed("ZIP_STRUCTURE", "the list of files is not one")
  if (!isPlainlyStored(octets, at + 8, at + 10))
    throw malformed("ZIP_METHOD", "is compressed or encrypted: unpack it, and choose the folder")
  const [packedBytes, lengthBytes] = [octets.readUInt32LE(at + 20), octets.readUInt32LE(at + 24)]
  const [nameBytes = 0, ...empty] = [28, 30, 32, 34].map((field) => octets.readUInt16LE(at + field))
  if (packedBytes !== lengthBytes || nameAt + nameBytes > endAt || empty.some((field) => field !== 0))
    throw otherForm()
  const path = octets.subarray(nameAt, nameAt + nameBytes).toString("latin1")
  if (!isPlainPath(path)) throw malformed("ZIP_PATH", "a name is not a plain one")
  return { path, crc32: octets.readUInt32LE(at + 16), lengthBytes, localAt: octets.readUInt32LE(at + 42) }
}

/** The file behind its own header (4.3.7), which says the same of it as the directory. */
function readFile(octets: Buffer, at: number, directoryAt: number, entry: Entry): Buffer {
  const nameAt = at + LOCAL_HEADER.lengthBytes
  const bodyAt = nameAt + entry.path.length
  if (bodyAt + entry.lengthBytes > directoryAt)
    throw malformed("ZIP_STRUCTURE", "a file is longer than the archive")
  const isSame =
    octets.readUInt32LE(at) === LOCAL_HEADER.signature &&
    isPlainlyStored(octets, at + 6, at + 8) &&
    octets.readUInt32LE(at + 14) === entry.crc32 &&
    octets.readUInt32LE(at + 18) === entry.lengthBytes &&
    octets.readUInt32LE(at + 22) === entry.lengthBytes &&
    octets.readUInt16LE(at + 26) === entry.path.length &&
    octets.readUInt16LE(at + 28) === 0 &&
    octets.subarray(nameAt, bodyAt).toString("latin1") === entry.path
  if (!isSame) throw otherForm()
  return octets.subarray(bodyAt, bodyAt + entry.lengthBytes)
}

/** No bit is set but the one that says how names are written, and names here are written alike either way. */
const isPlainlyStored = (octets: Buffer, flagsAt: number, methodAt: number): boolean =>
  (octets.readUInt16LE(flagsAt) & ~FLAG.utf8) === 0 && octets.readUInt16LE(methodAt) === METHOD.stored

const malformed = (code: string, message: string): Malformed => new Malformed(code, "APPNOTE 4.3", message)
