/** What steps ask of the spool: sealed objects in slots that are destroyed whole (docs/store.md). */

/** 32 lower-case hex digits each. */
export type SlotId = string

export type SegmentId = string

export type ObjectId = string

/** What a slot's objects are, hence when they go. */
export type SlotClass = "received" | "recoded" | "documents"

/** Where one frame lies; the keys are in its trailer, the trailer's key in the slot. */
export interface ObjectPlace {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  /** Offset of the frame's first byte in the segment file. */
  readonly offsetBytes: number
  readonly objectId: ObjectId
}

/** How much of the disk an object may take: `reserved` may use what is kept back from `routine` ones for urgent images,
 *  for reports coming home and for what makes things leave. */
export type Room = "routine" | "reserved"

/** Why a frame was written; decides what roll-forward does with one the ledger does not know. */
export type FrameKind = "instance" | "document" | "submission"

/** What the trailer tells besides keys and digests; opaque to the spool. */
export interface ObjectMeta {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  /** SOP Instance UID of an instance, uniqueId of any other document. */
  readonly uniqueId: string
  readonly SOPClassUID: string
  readonly TransferSyntaxUID: string
  /** Clear MIME type, e.g. `application/dicom`. */
  readonly mimeType: string
  readonly callingAE: string
  readonly calledAE: string
  readonly source: string
  readonly receivedAt: string
  readonly supersedes: ObjectId | null
}

export interface SealedFacts {
  readonly meta: ObjectMeta
  readonly kind: FrameKind
  readonly cek: Uint8Array
  readonly nonce: Uint8Array
  readonly tag: Uint8Array
  readonly clearLengthBytes: number
  readonly ciphertextLengthBytes: number
  /** SHA-256 of the whole clear object (a Part 10 file for instances). */
  readonly sha256: Uint8Array
  /** SHA-256 of the data set alone (from the end of group 0002); equals sha256 for other documents. */
  readonly sha256DataSet: Uint8Array
}

/** An object whose frame is written; durable only after `Segment.sync`. */
export interface SealedObject {
  readonly place: ObjectPlace
  readonly facts: SealedFacts
}

export interface Spool {
  /** Live slots. */
  readonly slots: readonly { readonly slotId: SlotId; readonly slotClass: SlotClass }[]
  /** A fresh slot key; durable (both copies fdatasynced) when it returns. */
  createSlot(slotClass: SlotClass): Promise<SlotId>
  /** New append-only file; its parents are synced before it returns. One writer. `routine` when no room is named. */
  openSegment(slotId: SlotId, room?: Room): Promise<Segment>
  /** Opens the trailer: throws ERR_SLOT_GONE after destruction, ERR_SPOOL_ROT when the frame does not check. */
  open(place: ObjectPlace): Promise<ReadableObject>
  /** Every readable frame of every slot, oldest segment first; torn tails are cut on the way. `isRemembered`: was this
   *  segment found settled before? Asked of each that lies here. `isSettled`: is this closed segment, of so many frames,
   *  known already? What is either is passed over. */
  scan(options?: {
    readonly isRemembered?: (segmentId: SegmentId) => boolean
    readonly isSettled?: (segmentId: SegmentId, frames: number) => Promise<boolean>
  }): AsyncIterable<SealedObject>
  /** A segment of a live slot is not here, and the ledger names objects of it: told as rot is. */
  lost(slotId: SlotId, segmentId: SegmentId): void
  /** Zero both slots, read back, unlink, sync the folder. Idempotent: a second call finishes a first. */
  destroySlot(slotId: SlotId): Promise<Destruction>
  /** Unlink one whole segment whose submission was refused or never acknowledged. Idempotent. */
  discardSegment(slotId: SlotId, segmentId: SegmentId): Promise<void>
  /** Seal a ledger column so that it dies with the slot. `context` is bound (table, column, row). */
  sealColumn(slotId: SlotId, context: string, clear: Uint8Array): Uint8Array
  openColumn(slotId: SlotId, context: string, sealed: Uint8Array): Uint8Array
  usage(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  /** Would an object of this kind be taken now? */
  hasRoom(room: Room): Promise<boolean>
}

export interface Segment {
  readonly slotId: SlotId
  readonly segmentId: SegmentId
  /** Encrypt while writing: fresh CEK and nonce. `prologue` (preamble + group 0002) is part of the file but not
   *  of the data set. One object at a time. */
  begin(kind: FrameKind, prologue: Uint8Array): Promise<ObjectWriter>
  /** Keep a ciphertext that came in as it is: decrypts in memory for tag and digests, writes it unchanged. */
  adopt(
    kind: FrameKind,
    key: { readonly cek: Uint8Array; readonly nonce: Uint8Array },
  ): Promise<AdoptingWriter>
  /** Group commit: resolves when everything finished before the call is durable (one fdatasync for all who wait). */
  sync(): Promise<void>
  /** Close at the last good end, synced. Never reopened. */
  close(): Promise<void>
  /** Bytes written so far, for the unit limit. */
  readonly lengthBytes: number
}

export interface ObjectWriter {
  /** Back-pressure: wait for it. */
  write(clear: Uint8Array): Promise<void>
  /** SHA-256 of the data set so far, so that a copy can be recognised before it is finished. */
  dataSetDigest(): Promise<Uint8Array>
  /** Writes trailer and header last. Not yet durable: call Segment.sync. */
  finish(meta: ObjectMeta): Promise<SealedObject>
  /** Cuts the segment back to before this object; resolves when cut. */
  abort(): Promise<void>
}

export interface AdoptingWriter {
  write(ciphertext: Uint8Array): Promise<void>
  /** Throws ERR_TAG_MISMATCH; the caller then aborts. */
  finish(tag: Uint8Array, meta: ObjectMeta): Promise<SealedObject>
  abort(): Promise<void>
}

export interface ReadableObject extends SealedObject {
  /** Ciphertext as stored, for the wire; every piece is the taker's own. */
  ciphertext(): AsyncIterable<Uint8Array>
  /** Clear bytes of [start, end), every touched chunk verified before it is handed out. Whole object by default. */
  clear(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>
}

export interface Destruction {
  readonly slotId: SlotId
  readonly objects: number
  readonly bytes: number
  /** Both slot copies were read back as zero. */
  readonly readBack: boolean
  readonly epoch: number
  readonly at: string
}
