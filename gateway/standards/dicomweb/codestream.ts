/**
 * Where the resolutions of an HTJ2K codestream end, read from its markers (ISO/IEC 15444-1 Annex A).
 *
 * A codestream in RPCL order with one tile-part per resolution can be cut after any of them: the bytes up to
 * there decode to the whole picture at a smaller size. No sample is decoded here.
 */
import { Malformed } from "../malformed.ts"

/** Marker codes, ISO/IEC 15444-1 table A.2. */
const SOC = 0xff4f
const SIZ = 0xff51
const SOT = 0xff90
const EOC = 0xffd9

/** SOT marker segment: Lsot is always 10; Psot stands 6 bytes after the marker (A.4.2). */
const SOT_LENGTH = 10
const SOT_PSOT_OFFSET = 6

/** Component facts a codestream states about itself (SIZ, A.5.1). */
export interface CodestreamSize {
  readonly width: number
  readonly height: number
  readonly components: number
  /** Precision of component 0 in bits. */
  readonly precisionBits: number
  readonly signed: boolean
}

const fault = (message: string): Malformed =>
  new Malformed("CODESTREAM_MALFORMED", "ISO/IEC 15444-1 A.4.2", message)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Reads the SIZ marker segment, which must follow SOC.
 *
 * @throws Malformed CODESTREAM_MALFORMED
 */
export function codestreamSize(codestream: Uint8Array): CodestreamSize {
  const view = viewOf(codestream)
  if (view.byteLength < 45 || view.getUint16(0) !== SOC || view.getUint16(2) !== SIZ)
    throw fault("does not begin with SOC and SIZ")
  const depth = view.getUint8(42)
  return {
    width: view.getUint32(8) - view.getUint32(16),
    height: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    precisionBits: (depth & 0x7f) + 1,
    signed: (depth & 0x80) !== 0,
  }
}

/**
 * The number of leading bytes that hold resolutions 0…r, for each r from the smallest picture to the whole.
 *
 * The last entry is always the length of the codestream. A codestream that is not divided at resolutions (one
 * tile-part) gives that one entry, so a caller may use the answer for any lossless frame.
 *
 * @throws Malformed CODESTREAM_MALFORMED when the tile-parts do not fill the codestream up to EOC
 */
export function levelEndBytes(codestream: Uint8Array): readonly number[] {
  const view = viewOf(codestream)
  const ends: number[] = []
  let position = firstTilePart(view)
  while (position + SOT_LENGTH + 2 <= view.byteLength && view.getUint16(position) === SOT) {
    const lengthBytes = view.getUint32(position + SOT_PSOT_OFFSET)
    // Psot 0 means "to EOC" and is allowed in the last tile-part only.
    position = lengthBytes === 0 ? view.byteLength - 2 : position + lengthBytes
    ends.push(position)
    if (lengthBytes !== 0 && lengthBytes < SOT_LENGTH + 4) throw fault("tile-part shorter than its header")
  }
  if (position + 2 !== view.byteLength || view.getUint16(position) !== EOC)
    throw fault("tile-parts do not end at EOC")
  return [...ends.slice(0, -1), view.byteLength]
}

/** Without the byte that made a fragment even (PS3.5 A.4): a codestream ends at EOC (A.4.4). */
export const withoutPadding = (codestream: Uint8Array): Uint8Array =>
  codestream.at(-1) === 0 && codestream.at(-2) === (EOC & 0xff) && codestream.at(-3) === EOC >>> 8
    ? codestream.subarray(0, -1)
    : codestream

/** Skips the main header: marker segments that carry their own length (A.1.2). */
function firstTilePart(view: DataView): number {
  if (view.byteLength < 4 || view.getUint16(0) !== SOC) throw fault("does not begin with SOC")
  let position = 2
  while (position + 4 <= view.byteLength) {
    const marker = view.getUint16(position)
    if (marker === SOT) return position
    if (marker < 0xff01) throw fault("expected a marker in the main header")
    position += 2 + view.getUint16(position + 2)
  }
  throw fault("main header without a tile-part")
}
