/**
 * Every frame of one segment, in order, and what lies between them.
 *
 * Closed segment (end mark): all of it was durable once, so a bad frame is rot; headers and trailers are read, ciphertext
 * is left to its readers. Open segment (the power went): all of it is read. A bad frame with a whole one after it, or before
 * the end somebody has recorded, is rot; a bad end is torn: nobody was told it had arrived.
 */
import { SpoolError } from "../../journey/errors.ts"
import type { DiskFile } from "./disk.ts"
import { type EndMark, END_MARK_BYTES, decodeEndMark } from "./end-mark.ts"
import { FRAME_MAGIC } from "./frame-header.ts"
import { CHUNK_BYTES } from "./limits.ts"
import { type Frame, type SegmentIdentity, FrameReader } from "./read-frame.ts"

export type Finding =
  | { readonly is: "frame"; readonly frame: Frame }
  /** Bytes [offset, end) hold no whole frame though they should. */
  | {
      readonly is: "rot"
      readonly offsetBytes: number
      readonly endBytes: number
      readonly cause: SpoolError
    }
  /** From here to the end of the file nothing was ever durable. */
  | { readonly is: "torn"; readonly offsetBytes: number; readonly endBytes: number }

export interface WalkLimits {
  /** Do not look beyond: a segment that is being written. */
  readonly endBytes: number
  readonly isClosed: boolean
  /** Known to have been durable up to here; 0 when nobody recorded it. */
  readonly recordedEndBytes: number
}

/** Throws ERR_SPOOL_READ only; whatever is wrong with the bytes is a finding. */
export async function* walkSegment(
  file: DiskFile,
  identity: SegmentIdentity,
  limits: WalkLimits,
): AsyncGenerator<Finding> {
  const reader = new FrameReader(file, identity)
  let offsetBytes = 0
  while (offsetBytes < limits.endBytes) {
    const found = await wholeFrame(reader, offsetBytes, limits)
    if (!(found instanceof SpoolError)) {
      yield { is: "frame", frame: found }
      offsetBytes = found.endBytes
      continue
    }
    const next = await nextFrame(file, reader, offsetBytes + 1, limits)
    const endBytes = next ?? limits.endBytes
    const isRot = next !== null || limits.isClosed || offsetBytes < limits.recordedEndBytes
    yield isRot ? { is: "rot", offsetBytes, endBytes, cause: found } : { is: "torn", offsetBytes, endBytes }
    offsetBytes = endBytes
  }
}

/** The end mark at the end of the file, null when the segment was not closed. */
export async function readEndMark(file: DiskFile, segmentId: string): Promise<EndMark | null> {
  const offsetBytes = (await file.sizeBytes()) - END_MARK_BYTES
  if (offsetBytes < 0) return null
  const bytes = Buffer.alloc(END_MARK_BYTES)
  const read = await file.read(bytes, offsetBytes)
  return read < END_MARK_BYTES ? null : decodeEndMark(bytes, segmentId, offsetBytes)
}

async function wholeFrame(
  reader: FrameReader,
  offsetBytes: number,
  limits: WalkLimits,
): Promise<Frame | SpoolError> {
  try {
    const frame = await reader.frame(offsetBytes, limits.endBytes)
    if (!limits.isClosed) await reader.checkCiphertext(frame)
    return frame
  } catch (error) {
    if (error instanceof SpoolError && error.code === "ERR_SPOOL_ROT") return error
    throw error
  }
}

/** Offset of the next whole frame at or after `fromBytes`: the lengths of a bad one are not to be believed. */
async function nextFrame(
  file: DiskFile,
  reader: FrameReader,
  fromBytes: number,
  limits: WalkLimits,
): Promise<number | null> {
  const block = Buffer.alloc(CHUNK_BYTES)
  const step = CHUNK_BYTES - FRAME_MAGIC.length + 1
  for (let at = fromBytes; at < limits.endBytes; at += step) {
    const bytes = block.subarray(0, await file.read(block, at))
    for (let hit = bytes.indexOf(FRAME_MAGIC); hit !== -1; hit = bytes.indexOf(FRAME_MAGIC, hit + 1)) {
      const found = await wholeFrame(reader, at + hit, limits)
      if (!(found instanceof SpoolError)) return at + hit
    }
  }
  return null
}
