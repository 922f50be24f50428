import type { StoredPixels } from "./presentation.ts"

export interface PixelShape {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly bitsAllocated: number
  readonly signed: boolean
}

/** Bytes of one frame of this shape (PS3.5 8.1.1, no padding between samples). */
export const frameLengthBytes = (shape: PixelShape): number =>
  shape.rows * shape.columns * shape.samplesPerPixel * (shape.bitsAllocated > 8 ? 2 : 1)

/** Little-endian samples as numbers; copies, so that the result is aligned and alone in its buffer. */
export function nativePixels(bytes: Uint8Array, shape: PixelShape): StoredPixels {
  const copy = bytes.slice(0, frameLengthBytes(shape))
  if (shape.bitsAllocated <= 8) return shape.signed ? new Int8Array(copy.buffer) : copy
  return shape.signed ? new Int16Array(copy.buffer) : new Uint16Array(copy.buffer)
}

/**
 * A smaller picture blown up to full size, each sample taken from the nearest one: the preview then has the frame's
 * own geometry, and its blocks say by themselves that it is coarse.
 */
export function enlarge(
  small: StoredPixels,
  width: number,
  height: number,
  halvings: number,
  full: PixelShape,
): StoredPixels {
  const { rows, columns, samplesPerPixel: samples } = full
  const out = emptyLike(small, rows * columns * samples)
  for (let y = 0; y < rows; y++) {
    const from = Math.min(height - 1, y >> halvings) * width
    for (let x = 0; x < columns; x++) {
      const source = (from + Math.min(width - 1, x >> halvings)) * samples
      const target = (y * columns + x) * samples
      for (let sample = 0; sample < samples; sample++) out[target + sample] = small[source + sample] ?? 0
    }
  }
  return out
}

function emptyLike(pixels: StoredPixels, length: number): StoredPixels {
  if (pixels instanceof Uint8Array) return new Uint8Array(length)
  if (pixels instanceof Int8Array) return new Int8Array(length)
  return pixels instanceof Uint16Array ? new Uint16Array(length) : new Int16Array(length)
}
