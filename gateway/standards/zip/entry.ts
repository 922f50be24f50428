/**
 * One file of a ZIP, as the central directory has it (4.3.12). Nothing is ever unpacked under its name; what a name would do
 * to whoever does is a sign of what was made to harm, and refused all the same.
 */
import {
  CENTRAL_HEADER,
  exact64,
  EXTRA_HEAD_BYTES,
  FLAG,
  FULL_16,
  FULL_32,
  LOCAL_HEADER,
  METHOD,
  viewOf,
  wrongZip,
  ZIP64_EXTRA,
} from "./format.ts"

export interface ZipEntry {
  readonly nameBytes: Uint8Array
  /** For people and for `DICOMDIR`; octets outside ASCII that are not said to be UTF-8 are taken as they are. */
  readonly name: string
  /** Equal of two names that one file system or another takes for the same. */
  readonly comparable: string
  readonly isFolder: boolean
  readonly flags: number
  readonly isDeflated: boolean
  readonly crc32: number
  readonly packedBytes: number
  readonly lengthBytes: number
  /** Of its local header. */
  readonly offset: number
  /** Local header without its extra field, and the file. */
  readonly leastBytes: number
}

const REFUSED_FLAGS = FLAG.encrypted | FLAG.patched | FLAG.stronglyEncrypted | FLAG.maskedHeaders
const MAX_NAME_BYTES = 1024
/** Upper half of the external attributes: st_mode as Unix has it (4.4.15), of which these four bits are the type. */
const TYPE_BITS = 0xf000
const REGULAR = 0x8000
const FOLDER = 0x4000

/** In the order in which they lie in the file. @throws Malformed ZIP unless these are exactly so many */
export function entriesOf(directory: Uint8Array, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = 0
  while (at < directory.length) {
    const { entry, nextAt } = entryAt(directory, at)
    entries.push(entry)
    at = nextAt
  }
  if (entries.length !== count)
    throw wrongZip("4.3.12", `its directory lists ${entries.length} files, its end says ${count}`)
  return entries.sort((a, b) => a.offset - b.offset)
}

function entryAt(directory: Uint8Array, at: number): { readonly entry: ZipEntry; readonly nextAt: number } {
  const view = viewOf(directory)
  const nameAt = at + CENTRAL_HEADER.lengthBytes
  if (nameAt > directory.length || view.getUint32(at, true) !== CENTRAL_HEADER.signature)
    throw wrongZip("4.3.12", "what stands in its directory is no header")
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((each) =>
    view.getUint16(at + each, true),
  ) as [number, number, number]
  const extraAt = nameAt + nameBytes
  const nextAt = extraAt + extraBytes + commentBytes
  if (nextAt > directory.length) throw wrongZip("4.3.12", "its directory is cut off")
  const name = directory.subarray(nameAt, extraAt)
  const entry = entryOf(
    viewOf(directory.subarray(at, nameAt)),
    name,
    directory.subarray(extraAt, extraAt + extraBytes),
  )
  return { entry, nextAt }
}

function entryOf(header: DataView, nameBytes: Uint8Array, extra: Uint8Array): ZipEntry {
  const flags = header.getUint16(8, true)
  const method = header.getUint16(10, true)
  if ((flags & REFUSED_FLAGS) !== 0) throw wrongZip("4.4.4", "a file in it is encrypted, or a patch")
  if (method !== METHOD.stored && method !== METHOD.deflated)
    throw wrongZip("4.4.5", `a file in it is packed by method ${method}`)
  const [packedBytes, lengthBytes, offset] = wide(extra, [
    header.getUint32(20, true),
    header.getUint32(24, true),
    header.getUint32(42, true),
  ])
  const disk = header.getUint16(34, true)
  if (disk !== 0 && disk !== FULL_16) throw wrongZip("4.4.13", "a file in it lies in another piece")
  const isDeflated = method === METHOD.deflated
  if (!isDeflated && packedBytes !== lengthBytes) throw wrongZip("4.4.8", "a stored file has two lengths")
  const name = nameOf(nameBytes, flags)
  const isFolder = name.endsWith("/")
  checkType(header.getUint32(38, true) >>> 16, isFolder)
  if (isFolder && lengthBytes !== 0) throw wrongZip("4.3.8", "a folder in it has octets")
  return {
    nameBytes,
    name,
    comparable: comparableName(name),
    isFolder,
    flags,
    isDeflated,
    crc32: header.getUint32(16, true),
    packedBytes,
    lengthBytes,
    offset,
    leastBytes: LOCAL_HEADER.lengthBytes + nameBytes.length + packedBytes,
  }
}

/** Links and devices lead elsewhere. */
function checkType(mode: number, isFolder: boolean): void {
  const type = mode & TYPE_BITS
  if (type !== 0 && type !== (isFolder ? FOLDER : REGULAR))
    throw wrongZip("4.4.15", "a file in it is a link, or no file")
}

function nameOf(bytes: Uint8Array, flags: number): string {
  if (bytes.length === 0 || bytes.length > MAX_NAME_BYTES) throw wrongZip("4.4.17", "a name in it is none")
  const name =
    (flags & FLAG.utf8) === 0
      ? Array.from(bytes, (each) => String.fromCharCode(each)).join("")
      : new TextDecoder("utf-8").decode(bytes)
  if (
    (flags & FLAG.utf8) === 0
      ? Array.from(bytes).some((each) => each < 0x20 || each === 0x7f)
      : /[\p{Cc}\p{Cf}]/u.test(name)
  )
    throw wrongZip("4.4.17", "a name in it holds what cannot be seen")
  const steps = name.split(/[/\\]/)
  if (steps[0] === "" || /^[a-z]:/i.test(name)) throw wrongZip("4.4.17.1", "a name in it is absolute")
  if (steps.includes("..")) throw wrongZip("4.4.17.1", "a name in it leads out of it")
  return name
}

const comparableName = (name: string): string =>
  name.normalize("NFKC").replaceAll("\\", "/").replace(/\/+$/, "").toUpperCase()

type Three = readonly [number, number, number]

/** What is full in the header stands in the Zip64 field, in this order, and there alone (4.5.3). */
export function wide(extra: Uint8Array, [packed, length, offset]: Three): Three {
  const field = zip64Field(extra)
  let at = 0
  const next = (value: number): number => {
    if (value !== FULL_32) return value
    if (field === null || at + 8 > field.byteLength)
      throw wrongZip("4.5.3", "a length that is left to Zip64 is not there")
    at += 8
    return exact64(field, at - 8)
  }
  // The length comes first there, and last but one in the header.
  const longLength = next(length)
  const longPacked = next(packed)
  const longOffset = next(offset)
  return [longPacked, longLength, longOffset]
}

/** @throws Malformed ZIP for fields that do not fit, or two of Zip64 */
function zip64Field(extra: Uint8Array): DataView | null {
  const view = viewOf(extra)
  let found: DataView | null = null
  for (let at = 0; at + EXTRA_HEAD_BYTES <= extra.length;) {
    const end = at + EXTRA_HEAD_BYTES + view.getUint16(at + 2, true)
    if (end > extra.length) throw wrongZip("4.5.1", "an extra field does not fit")
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      if (found !== null) throw wrongZip("4.5.3", "two Zip64 fields of one file")
      found = viewOf(extra.subarray(at + EXTRA_HEAD_BYTES, end))
    }
    at = end
  }
  return found
}
