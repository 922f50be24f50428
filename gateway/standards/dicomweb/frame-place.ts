/**
 * Where one frame lies in a Part 10 file of which only the first bytes were read, so that a frame of a file of any size
 * costs one ranged read.
 */
import { Malformed } from "../malformed.ts"
import { UNDEFINED_LENGTH } from "../dicom/element-header.ts"
import { encapsulatedFrames, nativeFrame, numberOfFrames } from "../dicom/pixel-data.ts"
import type { ReadFile } from "../dicom/data-set.ts"

export const PIXEL_DATA = 0x7fe00010
const ITEM = 0xfffee000
const SEQUENCE_END = 0xfffee0dd
const ITEM_HEADER_BYTES = 8
/** Basic Offset Table of MAX_FRAMES frames; a larger claim is not read. */
const MAX_TABLE_BYTES = 400_000
const CLAUSE = "PS3.5 A.4"

export type FramePlaceInFile =
  /** Samples as `storedFrame` wants them: bytes [startBytes, endBytes) of the file. */
  | { readonly kind: "native"; readonly startBytes: number; readonly endBytes: number }
  /** Fragments with their item headers, for `joinFragments`; endBytes null = to the end of the file. */
  | { readonly kind: "encapsulated"; readonly startBytes: number; readonly endBytes: number | null }
  /** The data set was deflated: these are the frame's bytes. */
  | { readonly kind: "at-hand"; readonly bytes: Uint8Array }
  /** Several frames without an offset table: read the whole file and ask `encapsulatedFrames`. */
  | { readonly kind: "whole-file" }
  /** The prefix is too short: read at least so many bytes and ask again. */
  | { readonly kind: "more"; readonly lengthBytes: number }

/**
 * @param file  read by `readPart10(prefix, { untilTag: PIXEL_DATA })`, or whole
 * @param frameNumber 1-based
 * @throws Malformed FRAGMENTS, PIXEL_FRAMES, PIXEL_LENGTH, PIXEL_MODULE
 */
export function locateFrame(file: ReadFile, frameNumber: number): FramePlaceInFile {
  const { dataSet, bytes, syntax } = file
  const element = dataSet.elements.get(PIXEL_DATA)
  if (!element) throw new Malformed("PIXEL_LENGTH", "PS3.5 8.1", "no Pixel Data")
  const encapsulated = element.lengthBytes === UNDEFINED_LENGTH || element.fragments !== null
  if (encapsulated) return encapsulatedPlace(file, element.offsetBytes, frameNumber)
  const { offsetBytes, lengthBytes } = nativeFrame(dataSet, frameNumber - 1)
  const endBytes = offsetBytes + lengthBytes
  if (syntax.encoding === "deflated") return { kind: "at-hand", bytes: bytes.subarray(offsetBytes, endBytes) }
  return { kind: "native", startBytes: offsetBytes, endBytes }
}

function encapsulatedPlace(file: ReadFile, valueBytes: number, frameNumber: number): FramePlaceInFile {
  const { bytes, dataSet } = file
  const frames = numberOfFrames(dataSet)
  if (!Number.isInteger(frameNumber) || frameNumber < 1 || frameNumber > frames)
    throw new Malformed("PIXEL_FRAMES", CLAUSE, `no frame ${frameNumber}`)
  if (valueBytes + ITEM_HEADER_BYTES > bytes.length)
    return { kind: "more", lengthBytes: valueBytes + ITEM_HEADER_BYTES }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tableBytes = itemLength(view, valueBytes)
  if (tableBytes > MAX_TABLE_BYTES) throw new Malformed("FRAGMENTS", CLAUSE, "offset table too long")
  const origin = valueBytes + ITEM_HEADER_BYTES + tableBytes
  if (origin > bytes.length) return { kind: "more", lengthBytes: origin }
  const offsets = offsetsOf(dataSet.numbers("ExtendedOffsetTable"), view, origin - tableBytes, tableBytes)
  if (offsets.length !== frames)
    return frames === 1
      ? { kind: "encapsulated", startBytes: origin, endBytes: null }
      : { kind: "whole-file" }
  return stretch(origin, offsets, frameNumber)
}

/** Extended table first (PS3.3 C.7.6.3.1.8): then the basic one must be empty. */
function offsetsOf(
  extended: readonly number[],
  view: DataView,
  atBytes: number,
  tableBytes: number,
): readonly number[] {
  if (extended.length > 0) return extended
  return Array.from({ length: tableBytes >> 2 }, (_, index) => view.getUint32(atBytes + index * 4, true))
}

function stretch(origin: number, offsets: readonly number[], frameNumber: number): FramePlaceInFile {
  const from = offsets[frameNumber - 1] ?? 0
  const to = offsets[frameNumber]
  // A table that does not ascend is not believed.
  if (offsets.some((offset, index) => index > 0 && offset <= (offsets[index - 1] ?? 0)))
    return { kind: "whole-file" }
  return { kind: "encapsulated", startBytes: origin + from, endBytes: to === undefined ? null : origin + to }
}

function itemLength(view: DataView, atBytes: number): number {
  if (view.getUint16(atBytes, true) * 0x10000 + view.getUint16(atBytes + 2, true) !== ITEM)
    throw new Malformed("FRAGMENTS", CLAUSE, "encapsulated Pixel Data do not begin with an item")
  return view.getUint32(atBytes + 4, true)
}

/**
 * The codestream of one frame from its fragments, item headers included; what follows the sequence's delimiter is not
 * looked at. The padding byte of an odd codestream stays: every codec knows its own end.
 *
 * @throws Malformed FRAGMENTS
 */
export function joinFragments(items: Uint8Array): Uint8Array {
  const view = new DataView(items.buffer, items.byteOffset, items.byteLength)
  const parts: Uint8Array[] = []
  let at = 0
  while (at + ITEM_HEADER_BYTES <= items.length) {
    if (view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true) === SEQUENCE_END) break
    const lengthBytes = itemLength(view, at)
    at += ITEM_HEADER_BYTES
    if (at + lengthBytes > items.length) throw new Malformed("FRAGMENTS", CLAUSE, "a fragment is cut off")
    parts.push(items.subarray(at, at + lengthBytes))
    at += lengthBytes
  }
  if (parts.length === 0) throw new Malformed("FRAGMENTS", CLAUSE, "a frame without fragments")
  return parts.length === 1 && parts[0] ? parts[0] : new Uint8Array(Buffer.concat(parts))
}

/**
 * The codestream of one frame of a file that is wholly at hand.
 *
 * @param frameNumber 1-based
 * @throws Malformed FRAGMENTS, PIXEL_FRAMES
 */
export function frameOfWholeFile({ dataSet, bytes }: ReadFile, frameNumber: number): Uint8Array {
  const place = encapsulatedFrames(dataSet, bytes)[frameNumber - 1]
  if (!place) throw new Malformed("PIXEL_FRAMES", CLAUSE, `no frame ${frameNumber}`)
  const parts = place.map(({ offsetBytes, lengthBytes }) =>
    bytes.subarray(offsetBytes, offsetBytes + lengthBytes),
  )
  return parts.length === 1 && parts[0] ? parts[0] : new Uint8Array(Buffer.concat(parts))
}
