/** Frames made of arithmetic, for the tests of the draughtsman. */
import type { FramePixels } from "../../../gateway/journey/ports/drawing.ts"

export interface FrameShape {
  readonly columns: number
  readonly rows: number
  readonly bitsStored: number
  readonly bitsAllocated?: 8 | 16
  readonly signed?: boolean
  readonly photometricInterpretation?: string
  readonly rescaleSlope?: number
  readonly rescaleIntercept?: number
}

/** A frame whose samples come from `value(index)`, wrapped into the stored range. */
export function frameOf(shape: FrameShape, value: (index: number) => number): FramePixels {
  const { columns, rows, bitsStored, signed = false, photometricInterpretation = "MONOCHROME2" } = shape
  const bitsAllocated = shape.bitsAllocated ?? (bitsStored > 8 ? 16 : 8)
  const samplesPerPixel = photometricInterpretation.startsWith("MONO") ? 1 : 3
  const count = rows * columns * samplesPerPixel
  const pixels = Buffer.alloc((count * bitsAllocated) / 8)
  const span = 2 ** bitsStored
  for (let i = 0; i < count; i += 1) {
    const wrapped = ((Math.floor(value(i)) % span) + span) % span
    const stored = signed && wrapped >= span / 2 ? wrapped - span : wrapped
    if (bitsAllocated === 8) pixels[i] = stored & 0xff
    else if (signed) pixels.writeInt16LE(stored, i * 2)
    else pixels.writeUInt16LE(stored, i * 2)
  }
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    signed,
    photometricInterpretation,
    rescaleSlope: shape.rescaleSlope ?? 1,
    rescaleIntercept: shape.rescaleIntercept ?? 0,
    pixels: new Uint8Array(pixels),
  }
}

/** Repeatable noise on a wave, with both ends of the range in it. */
export function wave(bitsStored: number): (index: number) => number {
  const span = 2 ** bitsStored
  return (i) => {
    if (i < 8) return i % 2 === 0 ? span / 2 : span / 2 - 1
    return span * (0.5 + 0.4 * Math.sin(i / 97)) + ((i * 2654435761) % 7)
  }
}
