/**
 * The last 64 bytes of a closed segment: where its frames end. A bad frame before it is rot; without one the
 * segment was open when the power went, and a bad tail was never acknowledged.
 *
 * Big-endian: 0 "DKZ1" · 4 version 1 · 5 zero 3 · 8 segmentId 16 · 24 number of frames u64 · 32 end of the last frame u64 ·
 * 40 zero 20 · 60 CRC-32 of bytes 0-59.
 */
import { crc32 } from "node:zlib"
import { ID_BYTES, idBytes, idFrom } from "./ids.ts"

export const END_MARK_BYTES = 64
const MAGIC = Buffer.from("DKZ1", "latin1")
const VERSION = 1
const OFFSET = { version: 4, segmentId: 8, frames: 24, end: 32, crc32: 60 } as const

export interface EndMark {
  readonly segmentId: string
  readonly frames: number
  /** Also the mark's own offset. */
  readonly endBytes: number
}

export function encodeEndMark(mark: EndMark): Buffer {
  const bytes = Buffer.alloc(END_MARK_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt8(VERSION, OFFSET.version)
  idBytes(mark.segmentId).copy(bytes, OFFSET.segmentId)
  bytes.writeBigUInt64BE(BigInt(mark.frames), OFFSET.frames)
  bytes.writeBigUInt64BE(BigInt(mark.endBytes), OFFSET.end)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, OFFSET.crc32)), OFFSET.crc32)
  return bytes
}

/** The mark of `segmentId` that stands at `offsetBytes`, or null: then the segment is not closed. */
export function decodeEndMark(bytes: Buffer, segmentId: string, offsetBytes: number): EndMark | null {
  if (bytes.length !== END_MARK_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null
  if (crc32(bytes.subarray(0, OFFSET.crc32)) !== bytes.readUInt32BE(OFFSET.crc32)) return null
  const mark = {
    segmentId: idFrom(bytes.subarray(OFFSET.segmentId, OFFSET.segmentId + ID_BYTES)),
    frames: Number(bytes.readBigUInt64BE(OFFSET.frames)),
    endBytes: Number(bytes.readBigUInt64BE(OFFSET.end)),
  }
  const fits = bytes.readUInt8(OFFSET.version) === VERSION && mark.endBytes === offsetBytes
  return fits && mark.segmentId === segmentId ? mark : null
}
