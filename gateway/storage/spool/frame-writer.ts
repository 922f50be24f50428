/**
 * One frame on its way into a segment: takes ciphertext, keeps CRC-32 and chunk GMACs, and writes by the MiB.
 *
 * An object of one chunk goes out in a single write, header and all. A longer one leaves room for the header
 * and gets it last. Either way nothing counts before the header is there and everything is synced.
 */
import { crc32 } from "node:zlib"
import { SpoolError } from "../../journey/errors.ts"
import type { FrameKind, ObjectMeta, SealedObject } from "../../journey/ports/spool.ts"
import type { Chance } from "../../journey/ports/time.ts"
import { chunkKey, chunkMac } from "./chunk-mac.ts"
import type { ChunkRoom } from "./chunk-room.ts"
import { HEADER_BYTES, encodeFrameHeader } from "./frame-header.ts"
import { NONCE_BYTES } from "./gcm.ts"
import { CHUNK_BYTES, MAX_OBJECT_BYTES } from "./limits.ts"
import type { Digests } from "./object-digests.ts"
import { TRAILER_SEAL_BYTES, encodeTrailer, sealTrailer } from "./trailer.ts"

/** The segment, as its one writer sees it. */
export interface FrameRoom {
  readonly slotId: string
  readonly segmentId: string
  readonly trailerKey: Uint8Array
  readonly chance: Chance
  readonly chunks: ChunkRoom
  /** Sorted by age, so that rows about neighbours are neighbours in the ledger's indexes too. */
  freshObjectId(): string
  /** Throws ERR_SPOOL_FULL or ERR_SPOOL_WRITE. */
  put(buffers: readonly Uint8Array[], positionBytes: number): Promise<void>
  /** The frame is whole: it ends there and the next may begin. */
  keep(endBytes: number): void
  /** Cuts the segment back to its last whole frame. */
  drop(): Promise<void>
}

export interface FrameStart {
  readonly kind: FrameKind
  readonly ordinal: number
  readonly offsetBytes: number
}

/** Key and nonce of the ciphertext; used for this object and never again. */
export interface ContentKey {
  readonly cek: Uint8Array
  readonly nonce: Uint8Array
}

export class FrameWriter {
  readonly #room: FrameRoom
  readonly #start: FrameStart
  readonly #key: ContentKey
  #chunkKey: Buffer | null = null
  #macs: Uint8Array[] = []
  /** The chunk being filled, and how far. */
  #chunk: Buffer | null = null
  #heldBytes = 0
  #writtenBytes = 0
  #crc32 = 0
  #over = false
  /** `finish` was called. */
  #ending = false
  /** Bytes were lost on the way: this object can only be aborted. */
  #failure: { readonly cause: unknown } | null = null
  /** The write under way; answers its error instead of throwing, so that it can be looked at later. */
  #underWay: Promise<{ readonly error: unknown } | null> = Promise.resolve(null)
  /** What it writes. */
  #writing: Buffer | null = null

  constructor(room: FrameRoom, start: FrameStart, key: ContentKey) {
    this.#room = room
    this.#start = start
    this.#key = key
  }

  /** Copies `ciphertext`, which is the caller's again when it resolves. Throws ERR_OBJECT_TOO_LARGE; after any throw
   *  `finish` throws too. */
  async push(ciphertext: Uint8Array): Promise<void> {
    this.demandUnfinished()
    try {
      await this.#append(ciphertext)
    } catch (cause) {
      this.#failure = { cause }
      throw cause
    }
  }

  /** Trailer, header, and the frame is part of the segment; durable after the segment's next sync. */
  async finish(tag: Uint8Array, digests: Digests, meta: ObjectMeta): Promise<SealedObject> {
    this.demandUnfinished()
    this.#ending = true
    try {
      const sealed = await this.#finish(tag, digests, meta)
      this.#over = true
      return sealed
    } finally {
      this.#giveBackChunk()
    }
  }

  /** Resolves when nothing of this frame is left in the segment. After `finish` there is nothing to abort. */
  async abort(): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#settleWrite()
    // A `finish` that is still writing gives its chunk back itself.
    if (!this.#ending) this.#giveBackChunk()
    await this.#room.drop()
  }

  /** Throws ERR_SPOOL_WRITE after `finish` or `abort`, and what `push` threw. */
  demandUnfinished(): void {
    if (this.#over) throw new SpoolError("ERR_SPOOL_WRITE", "the object is finished or aborted")
    if (this.#failure !== null) throw this.#failure.cause
  }

  get #lengthBytes(): number {
    return this.#writtenBytes + this.#heldBytes
  }

  async #finish(tag: Uint8Array, digests: Digests, meta: ObjectMeta): Promise<SealedObject> {
    if (this.#macs.length > 0) this.#authenticate()
    this.#crc32 = crc32(this.#held, this.#crc32)
    const sealed = this.#sealed(tag, digests, meta)
    const bodyOffset = this.#start.offsetBytes + HEADER_BYTES + this.#writtenBytes
    if (this.#writtenBytes === 0)
      await this.#room.put([sealed.header, this.#held, sealed.trailer], this.#start.offsetBytes)
    else await this.#finishLong(sealed, bodyOffset)
    this.demandUnfinished()
    this.#room.keep(bodyOffset + this.#heldBytes + sealed.trailer.length)
    return sealed.object
  }

  async #append(ciphertext: Uint8Array): Promise<void> {
    if (this.#lengthBytes + ciphertext.length > MAX_OBJECT_BYTES)
      throw new SpoolError("ERR_OBJECT_TOO_LARGE", "a sealed object has at most 16 GiB")
    let rest = ciphertext
    while (rest.length > 0) {
      if (this.#heldBytes === CHUNK_BYTES) await this.#flush()
      const piece = rest.subarray(0, CHUNK_BYTES - this.#heldBytes)
      this.#chunk ??= this.#room.chunks.take()
      this.#chunk.set(piece, this.#heldBytes)
      this.#heldBytes += piece.length
      rest = rest.subarray(piece.length)
    }
  }

  get #held(): Buffer {
    return this.#chunk?.subarray(0, this.#heldBytes) ?? Buffer.alloc(0)
  }

  #authenticate(): void {
    this.#chunkKey ??= chunkKey(this.#key.cek)
    this.#macs.push(chunkMac(this.#chunkKey, this.#macs.length, this.#held))
  }

  /** A full chunk with more to come. One write is under way while the next chunk is encrypted. */
  async #flush(): Promise<void> {
    const chunk = this.#held
    this.#authenticate()
    this.#crc32 = crc32(chunk, this.#crc32)
    await this.#settle()
    // Aborted meanwhile: the segment is cut, the chunk is back in the room, and neither is written to any more.
    this.demandUnfinished()
    const position = this.#start.offsetBytes + HEADER_BYTES + this.#writtenBytes
    this.#underWay = this.#room.put([chunk], position).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    this.#writing = this.#chunk
    this.#chunk = null
    this.#writtenBytes += this.#heldBytes
    this.#heldBytes = 0
  }

  async #settle(): Promise<void> {
    const failed = await this.#settleWrite()
    if (failed !== null) throw failed.error
  }

  /** Whatever became of the write under way: it is over, and its memory free. */
  async #settleWrite(): Promise<{ readonly error: unknown } | null> {
    const failed = await this.#underWay
    if (this.#writing !== null) this.#room.chunks.giveBack(this.#writing)
    this.#writing = null
    return failed
  }

  #giveBackChunk(): void {
    if (this.#chunk !== null) this.#room.chunks.giveBack(this.#chunk)
    this.#chunk = null
  }

  async #finishLong(sealed: { header: Uint8Array; trailer: Uint8Array }, bodyOffset: number): Promise<void> {
    await this.#settle()
    this.demandUnfinished()
    await this.#room.put([this.#held, sealed.trailer], bodyOffset)
    this.demandUnfinished()
    await this.#room.put([sealed.header], this.#start.offsetBytes)
  }

  #sealed(
    tag: Uint8Array,
    digests: Digests,
    meta: ObjectMeta,
  ): { readonly header: Buffer; readonly trailer: Buffer; readonly object: SealedObject } {
    const { kind, ordinal, offsetBytes } = this.#start
    const { slotId, segmentId, trailerKey, chance } = this.#room
    const ciphertextLengthBytes = this.#lengthBytes
    const facts = { ...this.#key, ...digests, tag, meta, clearLengthBytes: ciphertextLengthBytes }
    const clear = encodeTrailer({ ...facts, chunkMacs: Buffer.concat(this.#macs) })
    const objectId = this.#room.freshObjectId()
    const header = encodeFrameHeader({
      kind,
      objectId,
      slotId,
      segmentId,
      ordinal,
      nonce: this.#key.nonce,
      ciphertextLengthBytes,
      trailerLengthBytes: clear.length + TRAILER_SEAL_BYTES,
      ciphertextCrc32: this.#crc32,
    })
    const trailer = sealTrailer(clear, trailerKey, chance.bytes(NONCE_BYTES), header)
    clear.fill(0)
    return {
      header,
      trailer,
      object: {
        place: { slotId, segmentId, offsetBytes, objectId },
        facts: { ...facts, kind, ciphertextLengthBytes },
      },
    }
  }
}
