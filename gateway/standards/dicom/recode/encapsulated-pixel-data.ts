/**
 * Encapsulated Pixel Data (PS3.5 A.4): one fragment per frame, padded to even length, offsets of all frames before them.
 * Lengths must be known first; the codestreams themselves may come one at a time.
 */
import { Malformed } from "../../malformed.ts"
import { UNDEFINED_LENGTH } from "../element-header.ts"
import { OctetSink } from "./octet-sink.ts"
import {
  EXTENDED_OFFSET_TABLE,
  EXTENDED_OFFSET_TABLE_LENGTHS,
  ITEM,
  PIXEL_DATA,
  SEQUENCE_END,
} from "./tags.ts"

const ITEM_HEADER_BYTES = 8
const MAX_U32 = 0xffffffff
/** One fragment holds one frame; its length field has 32 bits and is even. */
const MAX_FRAGMENT_BYTES = 0xfffffffe

const even = (lengthBytes: number): number => lengthBytes + (lengthBytes % 2)

/**
 * Everything before the first fragment: (7FE0,0010) as OB of undefined length with its Basic Offset Table; or, when an
 * offset does not fit 32 bits, the extended tables (PS3.3 C.7.6.3.1.8) and an empty basic one.
 *
 * @param lengthsBytes of each frame's codestream, unpadded, in order
 * @throws Malformed FRAGMENTS
 */
export function pixelDataStart(lengthsBytes: readonly number[]): Uint8Array {
  if (lengthsBytes.length === 0 || lengthsBytes.some((each) => each < 1 || each > MAX_FRAGMENT_BYTES))
    throw new Malformed("FRAGMENTS", "PS3.5 A.4", "a frame does not fit one fragment")
  const offsets = frameOffsets(lengthsBytes)
  const sink = new OctetSink(64 + lengthsBytes.length * 16)
  if ((offsets.at(-1) ?? 0) > MAX_U32) {
    table64(sink, EXTENDED_OFFSET_TABLE, offsets)
    table64(sink, EXTENDED_OFFSET_TABLE_LENGTHS, lengthsBytes.map(even))
    sink.element(PIXEL_DATA, "OB", UNDEFINED_LENGTH)
    sink.item(ITEM, 0)
    return sink.taken()
  }
  sink.element(PIXEL_DATA, "OB", UNDEFINED_LENGTH)
  sink.item(ITEM, offsets.length * 4)
  sink.bytes(words(offsets, 4, (view, at, offset) => view.setUint32(at, offset, true)))
  return sink.taken()
}

/** From the first byte of the first fragment's item to that of each frame's. */
function frameOffsets(lengthsBytes: readonly number[]): number[] {
  let at = 0
  return lengthsBytes.map((lengthBytes) => {
    const offset = at
    at += ITEM_HEADER_BYTES + even(lengthBytes)
    return offset
  })
}

function table64(sink: OctetSink, tag: number, values: readonly number[]): void {
  sink.element(tag, "OV", values.length * 8)
  sink.bytes(words(values, 8, (view, at, value) => view.setBigUint64(at, BigInt(value), true)))
}

function words(
  values: readonly number[],
  width: number,
  set: (view: DataView, at: number, value: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => set(view, index * width, value))
  return bytes
}

/** How many bytes the fragments take, item headers, padding and delimiter included. */
export const fragmentsLength = (lengthsBytes: readonly number[]): number =>
  lengthsBytes.reduce((sum, each) => sum + ITEM_HEADER_BYTES + even(each), ITEM_HEADER_BYTES)

/** The item header of a frame's fragment. */
export function fragmentStart(lengthBytes: number): Uint8Array {
  const sink = new OctetSink(ITEM_HEADER_BYTES)
  sink.item(ITEM, even(lengthBytes))
  return sink.taken()
}

/** After a codestream: a zero byte when it is odd (PS3.5 A.4), else nothing. */
export const fragmentPadding = (lengthBytes: number): Uint8Array => new Uint8Array(lengthBytes % 2)

/** After the last fragment. */
export function pixelDataEnd(): Uint8Array {
  const sink = new OctetSink(ITEM_HEADER_BYTES)
  sink.item(SEQUENCE_END, 0)
  return sink.taken()
}
