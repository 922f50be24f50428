/**
 * What a frame says after its ciphertext, to the holder of the slot key alone.
 *
 * Clear, big-endian: version 1 · CEK 32 · tag 16 · clear length u64 · SHA-256 of the object 32 · SHA-256 of the data set 32 ·
 * number of GMACs u32 · GMACs 16 each · eleven texts (u16 length, UTF-8) in the order of FIELDS.
 * On disk: nonce 12 ‖ AES-256-GCM of that under HKDF(slotKey, "dokuei trailer v1"), AAD = the 128 header bytes ‖ tag 16.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { ObjectMeta } from "../../journey/ports/spool.ts"
import { ByteReader } from "./byte-reader.ts"
import { KEY_BYTES } from "./derive.ts"
import { rot } from "./failure.ts"
import { NONCE_BYTES, TAG_BYTES, openBytes, sealBytes } from "./gcm.ts"
import { isId } from "./ids.ts"
import { MAC_BYTES, MAX_TEXT_BYTES, chunkMacCount } from "./limits.ts"

const VERSION = 1
const DIGEST_BYTES = 32
const FIELDS = [
  "StudyInstanceUID",
  "SeriesInstanceUID",
  "uniqueId",
  "SOPClassUID",
  "TransferSyntaxUID",
  "mimeType",
  "callingAE",
  "calledAE",
  "source",
  "receivedAt",
  "supersedes",
] as const satisfies readonly (keyof ObjectMeta)[]

export interface Trailer {
  readonly cek: Uint8Array
  readonly tag: Uint8Array
  readonly clearLengthBytes: number
  readonly sha256: Uint8Array
  readonly sha256DataSet: Uint8Array
  /** 16 bytes for each MiB; none for objects of one chunk. */
  readonly chunkMacs: Uint8Array
  readonly meta: ObjectMeta
}

/** Bytes that sealing adds to an encoded trailer. */
export const TRAILER_SEAL_BYTES = NONCE_BYTES + TAG_BYTES

/** Throws ERR_OBJECT_TOO_LARGE when a text of `meta` is longer than a trailer holds. */
export function encodeTrailer(trailer: Trailer): Buffer {
  const numbers = Buffer.alloc(8)
  numbers.writeBigUInt64BE(BigInt(trailer.clearLengthBytes))
  const count = Buffer.alloc(4)
  count.writeUInt32BE(trailer.chunkMacs.length / MAC_BYTES)
  const keys = [Buffer.of(VERSION), trailer.cek, trailer.tag, numbers]
  const digests = [trailer.sha256, trailer.sha256DataSet, count, trailer.chunkMacs]
  return Buffer.concat([
    ...keys,
    ...digests,
    ...FIELDS.flatMap((field) => encodeText(trailer.meta[field] ?? "")),
  ])
}

/** Strict: one shape, no byte left over. Throws ERR_SPOOL_ROT. */
export function decodeTrailer(bytes: Uint8Array): Trailer {
  const reader = new ByteReader(bytes, "trailer")
  if (reader.uint8() !== VERSION) throw rot("the trailer is of another version")
  const cek = reader.bytes(KEY_BYTES)
  const tag = reader.bytes(TAG_BYTES)
  const clearLengthBytes = reader.uint64()
  const sha256 = reader.bytes(DIGEST_BYTES)
  const sha256DataSet = reader.bytes(DIGEST_BYTES)
  const macs = reader.uint32()
  if (macs !== chunkMacCount(clearLengthBytes)) throw rot("the trailer's GMACs do not fit its length")
  const chunkMacs = reader.bytes(macs * MAC_BYTES)
  const meta = decodeMeta(reader)
  reader.end()
  return { cek, tag, clearLengthBytes, sha256, sha256DataSet, chunkMacs, meta }
}

/** `header` is bound: a trailer opens only behind the header it was written with. */
export function sealTrailer(
  clear: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
): Buffer {
  return sealBytes(key, nonce, header, clear)
}

/** Throws ERR_SPOOL_ROT. */
export function openTrailer(sealed: Uint8Array, key: Uint8Array, header: Uint8Array): Trailer {
  const clear = openBytes(key, header, sealed)
  if (clear === null) throw rot("the trailer does not open under the slot key and this header")
  return decodeTrailer(clear)
}

function encodeText(text: string): Buffer[] {
  const bytes = Buffer.from(text, "utf8")
  if (bytes.length > MAX_TEXT_BYTES)
    throw new SpoolError("ERR_OBJECT_TOO_LARGE", `a text of the trailer has ${bytes.length} bytes`)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return [length, bytes]
}

function decodeMeta(reader: ByteReader): ObjectMeta {
  const texts = Object.fromEntries(FIELDS.map((field) => [field, reader.text(MAX_TEXT_BYTES)])) as Record<
    (typeof FIELDS)[number],
    string
  >
  const { supersedes } = texts
  if (supersedes !== "" && !isId(supersedes)) throw rot("the trailer supersedes no object id")
  return { ...texts, supersedes: supersedes === "" ? null : supersedes }
}
