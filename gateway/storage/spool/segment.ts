/**
 * One append-only file of frames: one writer, one study, one slot. It ends with an end mark when closed, and is never
 * opened for writing again.
 *
 * `good` = end of the last whole frame; `durable` = how far a sync has confirmed. After a failed write the segment takes
 * no new object, but what is whole may still be synced. After a failed sync it is cut back to `durable` and over.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { AdoptingWriter, FrameKind, ObjectWriter, Room, Segment } from "../../journey/ports/spool.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import { AdoptedCiphertext } from "./adopting-writer.ts"
import type { ChunkRoom } from "./chunk-room.ts"
import { KEY_BYTES } from "./derive.ts"
import type { DiskFile } from "./disk.ts"
import { encodeEndMark } from "./end-mark.ts"
import { slotGone, writeFailure } from "./failure.ts"
import { type ContentKey, type FrameRoom, FrameWriter } from "./frame-writer.ts"
import { NONCE_BYTES } from "./gcm.ts"
import { GATHER_BYTES } from "./gatherer.ts"
import { GroupCommit } from "./group-commit.ts"
import { freshTimedId } from "./ids.ts"
import { SealingWriter } from "./sealing-writer.ts"
import type { LiveSlot } from "./live-slot.ts"
import type { Watermark } from "./watermark.ts"

export interface SegmentOptions {
  readonly file: DiskFile
  readonly slot: LiveSlot
  readonly segmentId: string
  readonly clock: Clock
  readonly chance: Chance
  readonly chunks: ChunkRoom
  readonly watermark: Watermark
  readonly room: Room
  /** The segment holds nothing: its file goes. */
  readonly removeEmpty: () => Promise<void>
  /** The file is closed; called once. */
  readonly onClosed: () => void
}

/** A place in the segment, and how many frames lie before it. */
interface End {
  readonly bytes: number
  readonly frames: number
}

export class SpoolSegment implements Segment {
  readonly slotId: string
  readonly segmentId: string
  readonly #options: SegmentOptions
  readonly #room: FrameRoom
  readonly #commit = new GroupCommit(() => this.#syncOnce())
  /** Why no new object is taken; what is whole may still be synced. */
  #refusal: SpoolError | null = null
  /** Why what was not durable is lost. */
  #loss: SpoolError | null = null
  #closing: Promise<void> | null = null
  #released = false
  #writing = false
  /** Of the object in hand: clear bytes of one that is sealed. */
  readonly #gathered = Buffer.alloc(GATHER_BYTES)
  #good: End = { bytes: 0, frames: 0 }
  #durable: End = { bytes: 0, frames: 0 }
  /** The write under way; settled before the file is cut or closed. */
  #lastWrite: Promise<unknown> = Promise.resolve()

  constructor(options: SegmentOptions) {
    this.#options = options
    this.slotId = options.slot.slotId
    this.segmentId = options.segmentId
    this.#room = {
      slotId: this.slotId,
      segmentId: this.segmentId,
      trailerKey: options.slot.trailerKey,
      chance: options.chance,
      chunks: options.chunks,
      freshObjectId: () => freshTimedId(options.clock, options.chance),
      put: (buffers, positionBytes) => this.#put(buffers, positionBytes),
      keep: (endBytes) => this.#keep(endBytes),
      drop: () => this.#drop(),
    }
  }

  get lengthBytes(): number {
    return this.#good.bytes
  }

  /** How far a sync has confirmed. */
  get durableBytes(): number {
    return this.#durable.bytes
  }

  async begin(kind: FrameKind, prologue: Uint8Array): Promise<ObjectWriter> {
    const { chance } = this.#options
    const key = { cek: chance.bytes(KEY_BYTES), nonce: chance.bytes(NONCE_BYTES) }
    const frame = await this.#frame(kind, key)
    const writer = new SealingWriter(frame, key, prologue.length, this.#gathered)
    await writer.write(prologue)
    return writer
  }

  async adopt(kind: FrameKind, key: ContentKey): Promise<AdoptingWriter> {
    const own = { cek: Uint8Array.from(key.cek), nonce: Uint8Array.from(key.nonce) }
    if (own.cek.length !== KEY_BYTES || own.nonce.length !== NONCE_BYTES)
      throw new RangeError("adopted ciphertext is AES-256-GCM with a nonce of 12 bytes")
    return new AdoptedCiphertext(await this.#frame(kind, own), own, this.#gathered)
  }

  async sync(): Promise<void> {
    if (this.#loss !== null) throw this.#loss
    if (this.#durable.bytes !== this.#good.bytes) await this.#commit.join()
  }

  /** What was synced stays whatever happens here: a rejection means the end mark is missing, and the next scan
   *  writes it. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** The slot or the segment is going away: no sync, no mark, only let go of the file. */
  async abandon(): Promise<void> {
    this.#loss ??= slotGone(this.slotId)
    this.#refusal ??= this.#loss
    await this.#release()
  }

  async #frame(kind: FrameKind, key: ContentKey): Promise<FrameWriter> {
    this.#demandOpen()
    if (this.#writing) throw new SpoolError("ERR_SPOOL_WRITE", "a segment takes one object at a time")
    this.#writing = true
    try {
      await this.#options.watermark.spend(0, this.#options.room)
    } catch (cause) {
      this.#writing = false
      throw cause
    }
    const start = { kind, ordinal: this.#good.frames, offsetBytes: this.#good.bytes }
    return new FrameWriter(this.#room, start, key)
  }

  #demandOpen(): void {
    if (this.#options.slot.gone) throw slotGone(this.slotId)
    if (this.#refusal !== null) throw this.#refusal
    if (this.#closing !== null) throw new SpoolError("ERR_SPOOL_WRITE", "the segment is closed")
  }

  async #put(buffers: readonly Uint8Array[], positionBytes: number): Promise<void> {
    const { watermark, room } = this.#options
    await watermark.spend(
      buffers.reduce((sum, buffer) => sum + buffer.length, 0),
      room,
    )
    this.#demandOpen()
    const write = this.#options.file.write(buffers, positionBytes)
    this.#lastWrite = write.catch(() => undefined) // the error is thrown below
    try {
      await write
    } catch (cause) {
      this.#refusal ??= writeFailure("writing to a segment", cause)
      throw this.#refusal
    }
  }

  /** Throws when the segment was closed or failed while the frame was being written: it is cut off then. */
  #keep(endBytes: number): void {
    this.#demandOpen()
    this.#good = { bytes: endBytes, frames: this.#good.frames + 1 }
    this.#writing = false
  }

  async #drop(): Promise<void> {
    await this.#lastWrite
    try {
      await this.#cut()
    } catch (cause) {
      this.#refusal ??= writeFailure("cutting a segment", cause)
      throw this.#refusal
    } finally {
      this.#gathered.fill(0)
      this.#writing = false
    }
  }

  /** Whoever ends the segment at this moment cuts it as well: a second cut would take its end mark away. */
  async #cut(): Promise<void> {
    if (this.#released) return
    const ending = this.#closing ?? (this.#loss === null ? null : this.#commit.join())
    if (ending === null) await this.#options.file.ftruncate(this.#good.bytes)
    else await ending.catch(() => undefined) // told to whoever ends it
  }

  async #syncOnce(): Promise<void> {
    const end = this.#good
    try {
      await this.#options.file.fdatasync()
    } catch (cause) {
      throw await this.#giveUp(cause)
    }
    this.#durable = end
  }

  /** After a failed sync: what was not confirmed is cut off before anybody is told. */
  async #giveUp(cause: unknown): Promise<SpoolError> {
    this.#loss ??= writeFailure("syncing a segment", cause)
    this.#refusal ??= this.#loss
    this.#good = this.#durable
    try {
      await this.#seal()
    } catch (cutting) {
      this.#loss = writeFailure("cutting a segment after a failed sync", new AggregateError([cause, cutting]))
    }
    await this.#release()
    return this.#loss
  }

  async #close(): Promise<void> {
    if (this.#released) return
    await this.sync()
    try {
      await this.#seal()
    } catch (cause) {
      throw writeFailure("closing a segment", cause)
    } finally {
      await this.#release()
    }
  }

  /** Cut at the last good end, mark it, sync. An empty segment goes instead. The sync repeats no failed one: it
   *  confirms the cut and the mark; what lies before was confirmed already. */
  async #seal(): Promise<void> {
    await this.#lastWrite
    const { file, removeEmpty } = this.#options
    const { bytes, frames } = this.#good
    if (bytes === 0) return removeEmpty()
    await file.ftruncate(bytes)
    await file.write([encodeEndMark({ segmentId: this.segmentId, frames, endBytes: bytes })], bytes)
    await file.fdatasync()
  }

  async #release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    await this.#lastWrite
    await this.#options.file.close()
    this.#gathered.fill(0)
    this.#options.onClosed()
  }
}
