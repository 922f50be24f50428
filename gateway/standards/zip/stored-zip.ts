/**
 * The plainest ZIP there is (APPNOTE 6.3.10): entries stored one behind the other, nothing compressed, encrypted or between
 * them, whole in memory. Written (write-zip.ts) and read in this one form, so that what a reader of ours takes is what any other program shows: no second
 * entry of a name, no octet that belongs to nothing, no size to be believed before it is compared.
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
  const listed = listedFiles(octets)
  const frame = frameOf(listed)
  listed.forEach(({ listedCrc32 }, index) => {
    if (frame.files[index]?.file.crc32 !== listedCrc32)
      throw malformed("ZIP_CRC", "a file has other octets than when it was packed")
  })
  if (!isAsWritten(octets, frame))
    throw malformed("ZIP_STRUCTURE", "was packed by another program: unpack it, and choose the folder")
  if (new Set(listed.map(({ path }) => path)).size < listed.length)
    throw malformed("ZIP_PATH", "a name stands twice")
  return listed.map(({ path, octets: own }) => ({ path, octets: own }))
}

function isAsWritten(octets: Buffer, { files, tail, lengthBytes }: ZipFrame<Framed>): boolean {
  let at = 0
  const isNext = (piece: Uint8Array): boolean => {
    const isHere = octets.subarray(at, at + piece.length).equals(piece)
    at += piece.length
    return isHere
  }
  const areHeads = files.every(({ head, file }) => {
    const isHead = isNext(head)
    at += file.lengthBytes
    return isHead
  })
  return areHeads && isNext(tail) && octets.length === lengthBytes
}

interface Listed extends ZipFile {
  readonly listedCrc32: number
}

/** What the directory lists, each where it lies when nothing is between them. */
function listedFiles(octets: Buffer): readonly Listed[] {
  const { count, directoryAt } = readEnd(octets)
  const files: Listed[] = []
  let [localAt, entryAt] = [0, directoryAt]
  for (let n = 0; n < count; n++) {
    const file = readEntry(octets, entryAt, localAt, directoryAt)
    files.push(file)
    localAt += LOCAL_HEADER.lengthBytes + file.path.length + file.octets.length
    entryAt += CENTRAL_HEADER.lengthBytes + file.path.length
  }
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
  if (directoryAt + directoryBytes !== at)
    throw malformed("ZIP_STRUCTURE", "the end does not fit what is before it")
  return { count, directoryAt }
}

function readEntry(octets: Buffer, entryAt: number, localAt: number, directoryAt: number): Listed {
  if (
    entryAt + CENTRAL_HEADER.lengthBytes > octets.length ||
    octets.readUInt32LE(entryAt) !== CENTRAL_HEADER.signature
  )
    throw malformed("ZIP_STRUCTURE", "the list of files is not one")
  const isEncrypted = (octets.readUInt16LE(entryAt + 8) & FLAG.encrypted) !== 0
  if (isEncrypted || octets.readUInt16LE(entryAt + 10) !== METHOD.stored)
    throw malformed("ZIP_METHOD", "is compressed or encrypted: unpack it, and choose the folder")
  const lengthBytes = octets.readUInt32LE(entryAt + 24)
  const nameAt = entryAt + CENTRAL_HEADER.lengthBytes
  const path = octets.subarray(nameAt, nameAt + octets.readUInt16LE(entryAt + 28)).toString("latin1")
  const bodyAt = localAt + LOCAL_HEADER.lengthBytes + path.length
  if (bodyAt + lengthBytes > directoryAt)
    throw malformed("ZIP_STRUCTURE", "a file is longer than the archive")
  if (!isPlainPath(path)) throw malformed("ZIP_PATH", "a name is not a plain one")
  const listedCrc32 = octets.readUInt32LE(entryAt + 16)
  return { path, octets: octets.subarray(bodyAt, bodyAt + lengthBytes), listedCrc32 }
}

const malformed = (code: string, message: string): Malformed => new Malformed(code, "APPNOTE 4.3", message)
