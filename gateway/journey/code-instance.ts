/** One instance coded frame by frame, or the reason why it travels as received. Nothing is kept yet. */
import { MAX_FILE_META_BYTES, PART10_START_BYTES } from "../standards/dicom/part10.ts"
import type { ReadFile } from "../standards/dicom/data-set.ts"
import type { Element } from "../standards/dicom/elements.ts"
import { transferSyntax } from "../standards/dicom/sop-classes.ts"
import { reasonOf, recoding, type Recoding } from "../standards/dicom/recode/recoding.ts"
import { asReceived } from "../standards/dicom/recode/recodable.ts"
import { fragmentsLength, pixelDataStart } from "../standards/dicom/recode/encapsulated-pixel-data.ts"
import type { AsReceived } from "../standards/dicom/recode/reasons.ts"
import { PIXEL_DATA } from "../standards/dicomweb/frame-place.ts"
import {
  frameFacts,
  storedSamples,
  type NativeFrame,
  type StoredFrame,
} from "../standards/dicomweb/native-frame.ts"
import { Malformed } from "../standards/malformed.ts"
import { DrawError } from "./errors.ts"
import { clearHead } from "./file-instance.ts"
import { FragmentStore } from "./fragment-store.ts"
import { header } from "./images.ts"
import { inOrder } from "./in-order.ts"
import type { ObjectMeta, ReadableObject } from "./ports.ts"
import type { World } from "./world.ts"

/** Every part of the recoded file is known. */
export interface Coded {
  readonly parts: Recoding
  readonly fragments: FragmentStore
}
export type Coding = Coded | AsReceived

/** A header beyond this is a document, or not worth its memory. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024
/** Behind Pixel Data stand a few private elements at most; more is kept as it came. */
const MAX_TAIL_BYTES = 16 * 1024 * 1024
/** Frames at the draughtsman's at the same time: one drawn, one waiting. */
const FRAMES_AHEAD = 2

/**
 * @param object the received instance
 * @param meta of the recoded one
 * @param slotOf where scratch may go
 * @throws whatever is not the instance's own fault: the draughtsman is not there, the spool fails
 */
export async function codeInstance(
  world: World,
  object: ReadableObject,
  meta: ObjectMeta,
  slotOf: () => Promise<string>,
): Promise<Coding> {
  try {
    const file = await header(world, object.place, MAX_HEADER_BYTES)
    const pixels = file.dataSet.elements.get(PIXEL_DATA)
    const reason = asReceived(file)
    if (reason !== null || pixels === undefined) return reason ?? "no-pixel-data"
    const tail = await tailOf(object, file, pixels)
    if (tail === null) return "data-after-pixels"
    const parts = recoding({ file, head: await headOf(world, object, file), tail })
    if (typeof parts === "string") return parts
    return await coded(world, object, { file, pixels, parts }, new FragmentStore(world.spool, slotOf, meta))
  } catch (error) {
    return reasonFor(error)
  }
}

function reasonFor(error: unknown): AsReceived {
  if (error instanceof Malformed) return reasonOf(error)
  if (error instanceof DrawError && error.code === "ERR_FRAME_UNSUITABLE") return "not-coded"
  if (error instanceof DrawError && error.code === "ERR_FRAME_FAULT") return "malformed"
  throw error
}

const isDeflated = ({ TransferSyntaxUID }: ReadFile): boolean =>
  transferSyntax(TransferSyntaxUID)?.encoding === "deflated"

/** What stands behind Pixel Data; null when it is too much, Malformed when Pixel Data are not whole. */
async function tailOf(object: ReadableObject, file: ReadFile, pixels: Element): Promise<Uint8Array | null> {
  const start = pixels.offsetBytes + pixels.lengthBytes
  const end = isDeflated(file) ? file.bytes.length : object.facts.clearLengthBytes
  if (start > end) throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 8.1", "Pixel Data are cut off")
  if (end - start > MAX_TAIL_BYTES) return null
  if (isDeflated(file)) return file.bytes.subarray(start)
  const parts: Uint8Array[] = []
  for await (const chunk of object.clear({ start, end })) parts.push(chunk)
  return Buffer.concat(parts)
}

/** A deflated data set was read inflated: group 0002 stands only in the file. */
async function headOf(world: World, object: ReadableObject, file: ReadFile): Promise<Uint8Array> {
  if (!isDeflated(file)) return file.bytes
  return clearHead(world.spool, object.place, PART10_START_BYTES + MAX_FILE_META_BYTES)
}

interface Source {
  readonly file: ReadFile
  readonly pixels: Element
  readonly parts: Recoding
}

async function coded(
  world: World,
  object: ReadableObject,
  source: Source,
  fragments: FragmentStore,
): Promise<Coding> {
  try {
    const frames = inOrder(
      storedFrames(object, source),
      (stored) => codestreamOf(world, stored),
      FRAMES_AHEAD,
    )
    for await (const codestream of frames) {
      if (typeof codestream === "string") {
        await fragments.discard()
        return codestream
      }
      await fragments.add(codestream)
    }
    if (lengthOf(source.parts, fragments) < object.facts.clearLengthBytes)
      return { parts: source.parts, fragments }
    await fragments.discard()
    return "not-smaller"
  } catch (error) {
    await fragments.discard()
    throw error
  }
}

/** Of the whole recoded file. */
const lengthOf = ({ prologue, before, after }: Recoding, { lengthsBytes }: FragmentStore): number =>
  prologue.length +
  before.length +
  pixelDataStart(lengthsBytes).length +
  fragmentsLength(lengthsBytes) +
  after.length

async function codestreamOf(world: World, { frame, altered }: StoredFrame): Promise<Uint8Array | AsReceived> {
  if (altered !== null) return REASONS[altered]
  return (await world.draughtsman.encodeFrame(frame)).codestream
}

/** Samples that had to be changed to be coded must not replace what was received. */
const REASONS: Readonly<Record<NonNullable<StoredFrame["altered"]>, AsReceived>> = {
  "bits outside BitsStored": "stray-bits",
  HighBit: "high-bit",
  "subsampled colour": "photometric",
}

async function* storedFrames(object: ReadableObject, source: Source): AsyncGenerator<StoredFrame> {
  const { file, pixels, parts } = source
  const facts = frameFacts(file, 1)
  const frameBytes = frameLength(facts)
  const start = pixels.offsetBytes
  const end = start + frameBytes * parts.frames
  const native = isDeflated(file) ? [file.bytes.subarray(start, end)] : object.clear({ start, end })
  for await (const bytes of inPieces(native, frameBytes)) yield storedSamples(file, bytes, facts)
}

const frameLength = (facts: Omit<NativeFrame, "pixels">): number =>
  facts.rows * facts.columns * facts.samplesPerPixel * (facts.bitsAllocated / 8)

/** The same bytes in pieces of one size; each piece is memory of its own. */
async function* inPieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(pieceBytes)
  let filled = 0
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0) {
      const taken = rest.subarray(0, pieceBytes - filled)
      piece.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
      if (filled < pieceBytes) continue
      yield piece
      piece = new Uint8Array(pieceBytes)
      filled = 0
    }
  }
  if (filled > 0) throw new Malformed("PIXEL_LENGTH", "PS3.5 8.1", "the last frame is not whole")
}
