/**
 * The 128 bytes before an object's ciphertext. Nothing here is secret, and none of it says whose image it is.
 *
 * Big-endian:  0 "DKF1" · 4 version 1 · 5 kind · 6 zero 2 · 8 objectId 16 · 24 slotId 16 · 40 segmentId 16 · 56 ordinal u64 ·
 * 64 nonce 12 · 76 zero 4 · 80 ciphertext length u64 · 88 trailer length u32 · 92 ciphertext CRC-32 · 96 zero 28 ·
 * 124 CRC-32 of bytes 0-123.
 */
import { crc32 } from "node:zlib"
import type { FrameKind } from "../../journey/ports/spool.ts"
import { rot } from "./failure.ts"
import { ID_BYTES, idBytes, idFrom } from "./ids.ts"
import { NONCE_BYTES } from "./gcm.ts"
import { MAX_OBJECT_BYTES, MAX_TRAILER_BYTES } from "./limits.ts"

export const HEADER_BYTES = 128
export const FRAME_MAGIC = Buffer.from("DKF1", "latin1")
const VERSION = 1
const KINDS: readonly FrameKind[] = ["instance", "document", "submission"]
const OFFSET = {
  version: 4,
  kind: 5,
  objectId: 8,
  slotId: 24,
  segmentId: 40,
  ordinal: 56,
  nonce: 64,
  ciphertextLength: 80,
  trailerLength: 88,
  ciphertextCrc32: 92,
  headerCrc32: 124,
} as const
/** [start, end) of bytes that are zero in version 1. */
const ZERO: readonly (readonly [number, number])[] = [
  [6, 8],
  [76, 80],
  [96, 124],
]

export interface FrameHeader {
  readonly kind: FrameKind
  readonly objectId: string
  readonly slotId: string
  readonly segmentId: string
  /** Counts the frames of a segment from 0. */
  readonly ordinal: number
  readonly nonce: Uint8Array
  readonly ciphertextLengthBytes: number
  readonly trailerLengthBytes: number
  readonly ciphertextCrc32: number
}

export function encodeFrameHeader(header: FrameHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  FRAME_MAGIC.copy(bytes)
  bytes.writeUInt8(VERSION, OFFSET.version)
  bytes.writeUInt8(KINDS.indexOf(header.kind) + 1, OFFSET.kind)
  idBytes(header.objectId).copy(bytes, OFFSET.objectId)
  idBytes(header.slotId).copy(bytes, OFFSET.slotId)
  idBytes(header.segmentId).copy(bytes, OFFSET.segmentId)
  bytes.writeBigUInt64BE(BigInt(header.ordinal), OFFSET.ordinal)
  bytes.set(header.nonce, OFFSET.nonce)
  bytes.writeBigUInt64BE(BigInt(header.ciphertextLengthBytes), OFFSET.ciphertextLength)
  bytes.writeUInt32BE(header.trailerLengthBytes, OFFSET.trailerLength)
  bytes.writeUInt32BE(header.ciphertextCrc32, OFFSET.ciphertextCrc32)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, OFFSET.headerCrc32)), OFFSET.headerCrc32)
  return bytes
}

/** Strict: one shape only. Throws ERR_SPOOL_ROT; lengths it answers are within the limits of limits.ts. */
export function decodeFrameHeader(source: Uint8Array): FrameHeader {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.length)
  checkShape(bytes)
  const id = (offset: number): string => idFrom(bytes.subarray(offset, offset + ID_BYTES))
  return {
    kind: kindOf(bytes.readUInt8(OFFSET.kind)),
    objectId: id(OFFSET.objectId),
    slotId: id(OFFSET.slotId),
    segmentId: id(OFFSET.segmentId),
    ordinal: within(bytes.readBigUInt64BE(OFFSET.ordinal), Number.MAX_SAFE_INTEGER, "ordinal"),
    nonce: Uint8Array.from(bytes.subarray(OFFSET.nonce, OFFSET.nonce + NONCE_BYTES)),
    ciphertextLengthBytes: within(
      bytes.readBigUInt64BE(OFFSET.ciphertextLength),
      MAX_OBJECT_BYTES,
      "ciphertext length",
    ),
    trailerLengthBytes: within(
      BigInt(bytes.readUInt32BE(OFFSET.trailerLength)),
      MAX_TRAILER_BYTES,
      "trailer length",
    ),
    ciphertextCrc32: bytes.readUInt32BE(OFFSET.ciphertextCrc32),
  }
}

/** Length of the whole frame: header, ciphertext and trailer. */
export function frameLengthBytes(header: FrameHeader): number {
  return HEADER_BYTES + header.ciphertextLengthBytes + header.trailerLengthBytes
}

function checkShape(bytes: Buffer): void {
  if (bytes.length !== HEADER_BYTES) throw rot("a frame header is 128 bytes")
  if (!bytes.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) throw rot("no frame begins here")
  if (crc32(bytes.subarray(0, OFFSET.headerCrc32)) !== bytes.readUInt32BE(OFFSET.headerCrc32))
    throw rot("the frame header's CRC-32 does not fit")
  if (bytes.readUInt8(OFFSET.version) !== VERSION) throw rot("the frame is of another version")
  if (ZERO.some(([start, end]) => bytes.subarray(start, end).some((byte) => byte !== 0)))
    throw rot("reserved bytes of the frame header are in use")
}

function kindOf(code: number): FrameKind {
  const kind = KINDS[code - 1]
  if (kind === undefined) throw rot("the frame is of an unknown kind")
  return kind
}

function within(value: bigint, max: number, what: string): number {
  if (value > BigInt(max)) throw rot(`the frame's ${what} is beyond its limit`)
  return Number(value)
}
