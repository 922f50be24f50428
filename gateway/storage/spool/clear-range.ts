/**
 * Clear bytes of a sealed object. Nothing is handed out before what it came from is authenticated: an object of one
 * chunk by its own tag, a longer one chunk by chunk by GMAC, then AES-CTR from where GCM would have stood.
 */
import { createDecipheriv } from "node:crypto"
import { SpoolError } from "../../journey/errors.ts"
import { letGo } from "../../standards/let-go.ts"
import { chunkKey, isChunk } from "./chunk-mac.ts"
import type { DiskFile } from "./disk.ts"
import { NONCE_BYTES, gcmDecipher, isAuthentic } from "./gcm.ts"
import { CHUNK_BYTES, MAC_BYTES } from "./limits.ts"
import { type Frame, readCiphertext } from "./read-frame.ts"

const BLOCK_BYTES = 16
/** SP 800-38D 7.1: counter 1 makes the tag, the first data block has counter 2. */
const FIRST_COUNTER = 2

/** Bytes [start, end) of the clear object. */
export interface ClearRange {
  readonly start: number
  readonly end: number
}

/** Throws ERR_TAG_MISMATCH. `range` lies within the object. */
export async function* clearBytes(
  file: DiskFile,
  frame: Frame,
  range: ClearRange,
): AsyncGenerator<Uint8Array> {
  if (range.start === range.end) return
  const isChunked = frame.trailer.chunkMacs.length > 0
  if (isChunked) yield* chunkByChunk(file, frame, range)
  else yield (await whole(file, frame)).subarray(range.start, range.end)
}

async function whole(file: DiskFile, frame: Frame): Promise<Uint8Array> {
  const { trailer, header } = frame
  const ciphertext = await readCiphertext(file, frame, 0, header.ciphertextLengthBytes)
  const decipher = gcmDecipher(trailer.cek, header.nonce)
  decipher.setAuthTag(trailer.tag)
  const clear = decipher.update(ciphertext)
  letGo(ciphertext)
  if (!isAuthentic(decipher)) throw mismatch()
  return clear
}

async function* chunkByChunk(file: DiskFile, frame: Frame, range: ClearRange): AsyncGenerator<Uint8Array> {
  const key = chunkKey(frame.trailer.cek)
  for (let index = Math.floor(range.start / CHUNK_BYTES); index * CHUNK_BYTES < range.end; index += 1) {
    const offset = index * CHUNK_BYTES
    const clear = await openChunk(file, frame, key, index)
    yield clear.subarray(Math.max(0, range.start - offset), range.end - offset)
  }
}

async function openChunk(file: DiskFile, frame: Frame, key: Uint8Array, index: number): Promise<Uint8Array> {
  const { trailer, header } = frame
  const offset = index * CHUNK_BYTES
  const lengthBytes = Math.min(CHUNK_BYTES, header.ciphertextLengthBytes - offset)
  const chunk = await readCiphertext(file, frame, offset, lengthBytes)
  const expected = trailer.chunkMacs.subarray(index * MAC_BYTES, (index + 1) * MAC_BYTES)
  if (!isChunk(key, index, chunk, expected)) throw mismatch()
  const clear = createDecipheriv("aes-256-ctr", trailer.cek, counterBlock(header.nonce, offset)).update(chunk)
  letGo(chunk)
  return clear
}

/** The counter block of GCM for the block at `offsetBytes` (a multiple of 16). */
export function counterBlock(nonce: Uint8Array, offsetBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.set(nonce)
  block.writeUInt32BE(FIRST_COUNTER + offsetBytes / BLOCK_BYTES, NONCE_BYTES)
  return block
}

function mismatch(): SpoolError {
  return new SpoolError("ERR_TAG_MISMATCH", "the ciphertext at rest is not what was sealed")
}
