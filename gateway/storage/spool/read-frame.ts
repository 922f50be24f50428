/** Header and trailer of one frame, checked; the ciphertext between them too where that is asked. */
import { crc32 } from "node:zlib"
import type { SealedObject } from "../../journey/ports/spool.ts"
import { letGo } from "../../standards/let-go.ts"
import type { DiskFile } from "./disk.ts"
import { readFailure, rot } from "./failure.ts"
import { type FrameHeader, HEADER_BYTES, decodeFrameHeader, frameLengthBytes } from "./frame-header.ts"
import { CHUNK_BYTES } from "./limits.ts"
import { type Trailer, openTrailer } from "./trailer.ts"
import { Window } from "./window.ts"

export interface SegmentIdentity {
  readonly slotId: string
  readonly segmentId: string
  readonly trailerKey: Uint8Array
}

/** A frame whose trailer has opened. */
export interface Frame {
  readonly header: FrameHeader
  readonly trailer: Trailer
  readonly object: SealedObject
  readonly offsetBytes: number
  readonly endBytes: number
}

export class FrameReader {
  readonly #file: DiskFile
  readonly #window: Window
  readonly #identity: SegmentIdentity

  constructor(file: DiskFile, identity: SegmentIdentity) {
    this.#file = file
    this.#window = new Window(file)
    this.#identity = identity
  }

  /** The header at `offsetBytes` of a frame that ends at or before `limitBytes`. Throws ERR_SPOOL_ROT. */
  async header(offsetBytes: number, limitBytes: number): Promise<FrameHeader> {
    const header = decodeFrameHeader(await this.#read(offsetBytes, HEADER_BYTES))
    const { slotId, segmentId } = this.#identity
    if (header.slotId !== slotId || header.segmentId !== segmentId) throw rot("the frame belongs elsewhere")
    if (offsetBytes + frameLengthBytes(header) > limitBytes) throw rot("the frame is cut short")
    return header
  }

  /** The frame at `offsetBytes`. Throws ERR_SPOOL_ROT when it is not whole. */
  async frame(offsetBytes: number, limitBytes: number): Promise<Frame> {
    const header = await this.header(offsetBytes, limitBytes)
    const headerBytes = Buffer.from(await this.#read(offsetBytes, HEADER_BYTES))
    const endBytes = offsetBytes + frameLengthBytes(header)
    const sealed = await this.#read(endBytes - header.trailerLengthBytes, header.trailerLengthBytes)
    const trailer = openTrailer(sealed, this.#identity.trailerKey, headerBytes)
    if (trailer.clearLengthBytes !== header.ciphertextLengthBytes)
      throw rot("header and trailer differ in length")
    return { header, trailer, object: sealedObject(header, trailer, offsetBytes), offsetBytes, endBytes }
  }

  /** Throws ERR_SPOOL_ROT when the ciphertext's CRC-32 is not the header's. */
  async checkCiphertext(frame: Frame): Promise<void> {
    let crc = 0
    for await (const piece of ciphertextOf(this.#file, frame)) {
      crc = crc32(piece, crc)
      letGo(piece)
    }
    if (crc !== frame.header.ciphertextCrc32) throw rot("the ciphertext's CRC-32 does not fit")
  }

  async #read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    try {
      return await this.#window.read(offsetBytes, lengthBytes)
    } catch (cause) {
      throw readFailure("reading a segment", cause)
    }
  }
}

/** The ciphertext as stored, by the MiB; every piece is a buffer of its own. */
export async function* ciphertextOf(file: DiskFile, frame: Frame): AsyncGenerator<Buffer> {
  const { ciphertextLengthBytes } = frame.header
  for (let at = 0; at < ciphertextLengthBytes; at += CHUNK_BYTES) {
    const lengthBytes = Math.min(CHUNK_BYTES, ciphertextLengthBytes - at)
    yield await readCiphertext(file, frame, at, lengthBytes)
  }
}

/** `lengthBytes` (at most a chunk) of ciphertext from `atBytes` of it. */
export async function readCiphertext(
  file: DiskFile,
  frame: Frame,
  atBytes: number,
  lengthBytes: number,
): Promise<Buffer> {
  const into = Buffer.allocUnsafe(lengthBytes)
  try {
    const read = await file.read(into, frame.offsetBytes + HEADER_BYTES + atBytes)
    if (read < lengthBytes) throw rot("the segment is shorter than its frame")
  } catch (cause) {
    throw readFailure("reading a segment", cause)
  }
  return into
}

function sealedObject(header: FrameHeader, trailer: Trailer, offsetBytes: number): SealedObject {
  const { kind, objectId, slotId, segmentId, nonce, ciphertextLengthBytes } = header
  const { cek, tag, clearLengthBytes, sha256, sha256DataSet, meta } = trailer
  return {
    place: { slotId, segmentId, offsetBytes, objectId },
    facts: { kind, cek, nonce, tag, meta, clearLengthBytes, ciphertextLengthBytes, sha256, sha256DataSet },
  }
}
