/** One instance coded frame by frame, or the reason why it travels as received. Nothing is kept yet. */
import { MAX_FILE_META_BYTES, PART10_START_BYTES } from "../../standards/dicom/part10.ts"
import type { ReadFile } from "../../standards/dicom/data-set.ts"
import type { Element } from "../../standards/dicom/elements.ts"
import { reasonOf, recoding, type Recoding } from "../../standards/dicom/recode/recoding.ts"
import { asReceived } from "../../standards/dicom/recode/recodable.ts"
import { fragmentsLength, pixelDataStart } from "../../standards/dicom/recode/encapsulated-pixel-data.ts"
import type { AsReceived } from "../../standards/dicom/recode/reasons.ts"
import { PIXEL_DATA } from "../../standards/dicomweb/frame-place.ts"
import {
  frameFacts,
  orderedSamples,
  storedSamples,
  type FrameFacts,
} from "../../standards/dicomweb/native-frame.ts"
import { Malformed } from "../../standards/malformed.ts"
import { clearRange, headerOf, readOnce, type ClearObject } from "../clear-object.ts"
import { DrawError } from "../errors.ts"
import { FragmentStore } from "./fragment-store.ts"
import { inOrder } from "../in-order.ts"
import type { ObjectMeta } from "../ports/spool.ts"
import type { World } from "../world.ts"

/** Every part of the recoded file is known. */
export interface Coded {
  readonly parts: Recoding
  readonly fragments: FragmentStore
}
export type Coding = Coded | AsReceived

/** An object of this size is read once and kept while it is coded. */
const READ_ONCE_BYTES = 4 * 1024 * 1024
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
  object: ClearObject,
  meta: ObjectMeta,
  slotOf: () => Promise<string>,
): Promise<Coding> {
  try {
    return await codedOnce(
      world,
      await readOnce(object, READ_ONCE_BYTES),
      new FragmentStore(world.spool, slotOf, meta),
    )
  } catch (error) {
    return reasonFor(error)
  }
}

async function codedOnce(world: World, object: ClearObject, fragments: FragmentStore): Promise<Coding> {
  const file = await headerOf(world, object, MAX_HEADER_BYTES)
  const pixels = file.dataSet.elements.get(PIXEL_DATA)
  const reason = asReceived(file)
  if (reason !== null || pixels === undefined) return reason ?? "no-pixel-data"
  const tail = await tailOf(object, file, pixels)
  if (tail === null) return "data-after-pixels"
  const parts = recoding({ file, head: await headOf(object, file), tail })
  if (typeof parts === "string") return parts
  return coded(world, object, { file, pixels, parts }, fragments)
}

function reasonFor(error: unknown): AsReceived {
  if (error instanceof Malformed) return reasonOf(error)
  if (error instanceof DrawError && error.code === "ERR_FRAME_UNSUITABLE") return "not-coded"
  if (error instanceof DrawError && error.code === "ERR_FRAME_FAULT") return "malformed"
  throw error
}

const isDeflated = ({ syntax }: ReadFile): boolean => syntax.encoding === "deflated"

/** What stands behind Pixel Data; null when it is too much, Malformed when Pixel Data are not whole. */
async function tailOf(object: ClearObject, file: ReadFile, pixels: Element): Promise<Uint8Array | null> {
  const start = pixels.offsetBytes + pixels.lengthBytes
  const end = isDeflated(file) ? file.bytes.length : object.facts.clearLengthBytes
  if (start > end) throw new Malformed("DATA_SET_TRUNCATED", "PS3.5 8.1", "Pixel Data are cut off")
  if (end - start > MAX_TAIL_BYTES) return null
  if (isDeflated(file)) return file.bytes.subarray(start)
  return clearRange(object, start, end)
}

/** A deflated data set was read inflated: group 0002 stands only in the file. */
const headOf = async (object: ClearObject, file: ReadFile): Promise<Uint8Array> =>
  isDeflated(file) ? clearRange(object, 0, PART10_START_BYTES + MAX_FILE_META_BYTES) : file.bytes

interface Source {
  readonly file: ReadFile
  readonly pixels: Element
  readonly parts: Recoding
}

async function coded(
  world: World,
  object: ClearObject,
  source: Source,
  fragments: FragmentStore,
): Promise<Coding> {
  try {
    const facts = frameFacts(source.file, 1)
    const frames = inOrder(
      nativeFrames(object, source, facts),
      (bytes) => codestreamOf(world, source.file, facts, bytes),
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

/** Whether all bits are where the header says is for the draughtsman to see, who looks at every sample anyway. */
async function codestreamOf(
  world: World,
  file: ReadFile,
  facts: FrameFacts,
  bytes: Uint8Array,
): Promise<Uint8Array | AsReceived> {
  try {
    const pixels = orderedSamples(file, bytes, facts)
    return (await world.draughtsman.encodeFrame({ ...facts, pixels })).codestream
  } catch (error) {
    const refused = error instanceof DrawError && error.code === "ERR_FRAME_UNSUITABLE"
    if (refused && storedSamples(file, bytes, facts).altered !== null) return "stray-bits"
    throw error
  }
}

async function* nativeFrames(
  object: ClearObject,
  { file, pixels, parts }: Source,
  facts: FrameFacts,
): AsyncGenerator<Uint8Array> {
  const frameBytes = facts.rows * facts.columns * facts.samplesPerPixel * (facts.bitsAllocated / 8)
  const start = pixels.offsetBytes
  const end = start + frameBytes * parts.frames
  const native = isDeflated(file) ? [file.bytes.subarray(start, end)] : object.clear({ start, end })
  yield* inPieces(native, frameBytes)
}

/**
 * The same bytes in pieces of one size. Their memory is used again and again: a piece is good until FRAMES_AHEAD more
 * were taken, for garbage of a film would pile up faster than it is collected.
 */
async function* inPieces(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  const ring: Uint8Array[] = []
  let taken = 0
  let filled = 0
  for await (const chunk of chunks) {
    let rest = chunk
    while (rest.length > 0) {
      const piece = (ring[taken % (FRAMES_AHEAD + 1)] ??= new Uint8Array(pieceBytes))
      const part = rest.subarray(0, pieceBytes - filled)
      piece.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
      if (filled < pieceBytes) continue
      yield piece
      taken += 1
      filled = 0
    }
  }
  if (filled > 0) throw new Malformed("PIXEL_LENGTH", "PS3.5 8.1", "the last frame is not whole")
}
