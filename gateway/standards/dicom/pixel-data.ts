/**
 * Where each frame lies (PS3.5 8 and A.4): native frames by arithmetic, encapsulated ones by their fragments. Only
 * places are computed, nothing is decoded, and every place is inside the bytes.
 */
import { Malformed } from "../malformed.ts"
import { UNDEFINED_LENGTH } from "./element-header.ts"
import type { DataSet } from "./data-set.ts"
import type { Fragment } from "./elements.ts"

/** One frame; a native one has exactly one stretch, an encapsulated one its fragments in order. */
export type FramePlace = readonly Fragment[]

/** PS3.3 C.7.6.6.1.1 sets none; more frames than this are a typing error or an attack. */
export const MAX_FRAMES = 100_000
const PIXEL_DATA = 0x7fe00010
const EXTENDED_OFFSET_TABLE = 0x7fe00001
/** Item tag and length before each fragment. */
const ITEM_HEADER_BYTES = 8

const NATIVE_CLAUSE = "PS3.5 8.1"

function wanted(dataSet: DataSet, keyword: string): number {
  const value = dataSet.number(keyword)
  if (value === null || !Number.isInteger(value) || value <= 0)
    throw new Malformed("PIXEL_MODULE", "PS3.3 C.7.6.3", `${keyword} is missing or not a positive number`)
  return value
}

/** (0028,0008), 1 when absent. */
export function numberOfFrames(dataSet: DataSet): number {
  const frames = dataSet.has("NumberOfFrames") ? wanted(dataSet, "NumberOfFrames") : 1
  if (frames > MAX_FRAMES) throw new Malformed("PIXEL_FRAMES", "PS3.3 C.7.6.6", `${frames} frames`)
  return frames
}

/** Bits of one frame; with 1 bit allocated frames need not begin at a byte (PS3.5 8.1.1). */
function nativeFrameBits(dataSet: DataSet): number {
  const bitsAllocated = wanted(dataSet, "BitsAllocated")
  const samples = wanted(dataSet, "SamplesPerPixel")
  const subsampled = dataSet.text("PhotometricInterpretation") === "YBR_FULL_422"
  return wanted(dataSet, "Rows") * wanted(dataSet, "Columns") * (subsampled ? 2 : samples) * bitsAllocated
}

/**
 * Place of one native frame; the value itself need not be at hand, so a range can be read of a file of any size.
 *
 * @param frame 0-based
 * @throws Malformed `PIXEL_MODULE`, `PIXEL_FRAMES`, `PIXEL_LENGTH` when the value is shorter than its frames
 */
export function nativeFrame(dataSet: DataSet, frame: number): Fragment {
  const element = dataSet.elements.get(PIXEL_DATA)
  if (!element || element.lengthBytes === UNDEFINED_LENGTH || element.fragments)
    throw new Malformed("PIXEL_LENGTH", NATIVE_CLAUSE, "no native Pixel Data")
  const frames = numberOfFrames(dataSet)
  if (frame < 0 || frame >= frames)
    throw new Malformed("PIXEL_FRAMES", NATIVE_CLAUSE, `no frame ${frame + 1}`)
  const bits = nativeFrameBits(dataSet)
  if (bits % 8 !== 0 && frames > 1)
    throw new Malformed("PIXEL_MODULE", "PS3.5 8.1.1", "frames do not begin at a byte")
  const lengthBytes = Math.ceil(bits / 8)
  if (lengthBytes * frames > element.lengthBytes)
    throw new Malformed(
      "PIXEL_LENGTH",
      NATIVE_CLAUSE,
      `${frames} frames of ${lengthBytes} do not fit the value`,
    )
  return { offsetBytes: element.offsetBytes + lengthBytes * frame, lengthBytes }
}

/** Offsets of frames from the first fragment, by the extended or the basic table; [] when both are empty. */
function offsetTable(dataSet: DataSet, bytes: Uint8Array, basic: Fragment): readonly number[] {
  if (dataSet.elements.has(EXTENDED_OFFSET_TABLE)) return dataSet.numbers("ExtendedOffsetTable")
  const view = new DataView(bytes.buffer, bytes.byteOffset + basic.offsetBytes, basic.lengthBytes)
  // The table is little endian: encapsulation exists only in explicit VR little endian (PS3.5 A.4).
  return Array.from({ length: Math.floor(basic.lengthBytes / 4) }, (_, at) => view.getUint32(4 * at, true))
}

/** Fragments grouped by the frames' offsets; null when the table does not point at fragments. */
function byOffsets(fragments: readonly Fragment[], offsets: readonly number[]): FramePlace[] | null {
  const origin = (fragments[0]?.offsetBytes ?? 0) - ITEM_HEADER_BYTES
  const starts = new Map(
    fragments.map(({ offsetBytes }, at) => [offsetBytes - ITEM_HEADER_BYTES - origin, at]),
  )
  const firsts = offsets.map((offset) => starts.get(offset) ?? -1)
  if (firsts.some((first, at) => first < 0 || first <= (firsts[at - 1] ?? -1))) return null
  return firsts.map((first, at) => fragments.slice(first, firsts[at + 1] ?? fragments.length))
}

/** JPEG, JPEG-LS, JPEG 2000 and HTJ2K codestreams all end with FFD9, maybe padded to even length. */
function endsCodestream(bytes: Uint8Array, { offsetBytes, lengthBytes }: Fragment): boolean {
  const tail = bytes.subarray(Math.max(offsetBytes, offsetBytes + lengthBytes - 4), offsetBytes + lengthBytes)
  const padded = tail.at(-1) === 0 ? 1 : 0
  return tail.at(-1 - padded) === 0xd9 && tail.at(-2 - padded) === 0xff
}

function byCodestreams(bytes: Uint8Array, fragments: readonly Fragment[]): FramePlace[] {
  const frames: Fragment[][] = [[]]
  for (const fragment of fragments) {
    frames.at(-1)?.push(fragment)
    if (endsCodestream(bytes, fragment)) frames.push([])
  }
  return frames.filter((frame) => frame.length > 0)
}

/**
 * Places of all frames of encapsulated Pixel Data that is wholly in `bytes`. A table that contradicts the fragments
 * is not believed; without one, as many fragments as frames, one frame, or ends of codestreams decide (PS3.5 A.4).
 *
 * @throws Malformed `FRAGMENTS` when none of these gives the number of frames, `PIXEL_FRAMES`
 */
export function encapsulatedFrames(dataSet: DataSet, bytes: Uint8Array): readonly FramePlace[] {
  const [basic, ...fragments] = dataSet.elements.get(PIXEL_DATA)?.fragments ?? []
  if (!basic) throw new Malformed("FRAGMENTS", "PS3.5 A.4", "no encapsulated Pixel Data")
  const frames = numberOfFrames(dataSet)
  const tabled = byOffsets(fragments, offsetTable(dataSet, bytes, basic))
  if (tabled?.length === frames) return tabled
  if (fragments.length === frames) return fragments.map((fragment) => [fragment])
  if (frames === 1 && fragments.length > 0) return [fragments]
  const found = byCodestreams(bytes, fragments)
  if (found.length === frames) return found
  throw new Malformed("FRAGMENTS", "PS3.5 A.4", `${fragments.length} fragments do not make ${frames} frames`)
}
