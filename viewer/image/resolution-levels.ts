/**
 * HTJ2K in RPCL order (PS3.5 10.18) is a row of resolutions: the first bytes alone are a smaller picture.
 * `X-Level-End-Bytes` lists where each resolution ends, smallest first; the last number is the whole frame.
 */

/** Ends from the header, strictly growing; empty when the header is absent or makes no sense. */
export function parseLevelEnds(header: string | null): readonly number[] {
  const ends = (header ?? "").split(",").map((text) => Number(text.trim()))
  const growing = ends.every((end, at) => Number.isInteger(end) && end > (at === 0 ? 0 : (ends[at - 1] ?? 0)))
  return growing ? ends : []
}

/** A picture that can be made of the first `lengthBytes` bytes: how many, and how often it is halved. */
export interface Preview {
  readonly lengthBytes: number
  readonly halvings: number
}

/** Best resolution wholly contained in what is here; null when not even the smallest is. */
export function previewFrom(levelEnds: readonly number[], availableBytes: number): Preview | null {
  const level = levelEnds.findLastIndex((end) => end <= availableBytes)
  const lengthBytes = levelEnds[level]
  return lengthBytes === undefined ? null : { lengthBytes, halvings: levelEnds.length - 1 - level }
}

/** Bytes asked for first: a quarter-size CT slice is about 14 kB, a quarter-size radiograph about 190 kB. */
const PREVIEW_BYTES_PER_PIXEL = 1 / 16
const MIN_PREVIEW_BYTES = 16384

/** How much of a frame to ask for when only a preview is wanted. */
export const previewLengthBytes = (rows: number, columns: number): number =>
  Math.max(MIN_PREVIEW_BYTES, Math.ceil(rows * columns * PREVIEW_BYTES_PER_PIXEL))
