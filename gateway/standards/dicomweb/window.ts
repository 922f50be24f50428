/**
 * The window a frame is first shown with: the file's own, else one from its values.
 */
import type { DataSet } from "../dicom/data-set.ts"
import { frameAttributes } from "./functional-groups.ts"
import type { NativeFrame } from "./native-frame.ts"

/** In rescaled units (HU for CT). */
export interface Window {
  readonly center: number
  readonly width: number
}

/** Share of pixels cut off at each end. */
const TAIL = 0.01

/**
 * The first Window Center and Width (0028,1050-1051) of a frame; null when absent or unfit (width below 1).
 *
 * @param frameNumber 1-based
 */
export function writtenWindow(dataSet: DataSet, frameNumber: number): Window | null {
  const voi = frameAttributes(dataSet, "FrameVOILUTSequence", frameNumber)
  const center = voi.number("WindowCenter")
  const width = voi.number("WindowWidth")
  if (center === null || width === null || !Number.isFinite(center) || !(width >= 1)) return null
  return { center, width }
}

/**
 * From the 1st to the 99th percentile of a grey frame's values, Pixel Padding (0028,0120-0121) left out.
 * A frame of one value gets width 1.
 */
export function percentileWindow(dataSet: DataSet, frame: NativeFrame): Window {
  const counts = histogram(frame)
  const padding = paddingRange(dataSet)
  const shown = counts.filter(([value]) => value < padding.least || value > padding.most)
  const counted = shown.length > 0 ? shown : counts
  const total = counted.reduce((sum, [, count]) => sum + count, 0)
  const low = percentile(counted, total * TAIL)
  const high = percentile(counted, total * (1 - TAIL))
  const ends = [low, high].map((value) => value * frame.rescaleSlope + frame.rescaleIntercept)
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  // PS3.3 C.11.2.1.2.1: a window of width w spans w - 1 around center - 0.5.
  return { center: (least + most) / 2 + 0.5, width: most - least + 1 }
}

/** The window to show a frame with when nobody asks for another. */
export function defaultWindow(dataSet: DataSet, frame: NativeFrame, frameNumber: number): Window {
  return writtenWindow(dataSet, frameNumber) ?? percentileWindow(dataSet, frame)
}

/** [value, count], ascending by value. */
function histogram(frame: NativeFrame): (readonly [number, number])[] {
  const { pixels, bitsAllocated, signed } = frame
  const wide = bitsAllocated === 16
  const half = 2 ** (bitsAllocated - 1)
  const counts = new Uint32Array(2 ** bitsAllocated)
  for (let at = 0; at < pixels.length; at += wide ? 2 : 1) {
    const raw = (pixels[at] ?? 0) | (wide ? (pixels[at + 1] ?? 0) << 8 : 0)
    // Flipping the sign bit puts negative values first.
    const place = signed ? raw ^ half : raw
    counts[place] = (counts[place] ?? 0) + 1
  }
  return [...counts.entries()]
    .filter(([, count]) => count > 0)
    .map(([place, count]) => [signed ? place - half : place, count] as const)
}

/** An empty range (least > most) when the file names no padding. */
function paddingRange(dataSet: DataSet): { readonly least: number; readonly most: number } {
  const value = dataSet.number("PixelPaddingValue")
  if (value === null) return { least: Infinity, most: -Infinity }
  const limit = dataSet.number("PixelPaddingRangeLimit") ?? value
  return { least: Math.min(value, limit), most: Math.max(value, limit) }
}

function percentile(counts: readonly (readonly [number, number])[], rank: number): number {
  let sum = 0
  for (const [value, count] of counts) {
    sum += count
    if (sum >= rank) return value
  }
  return counts.at(-1)?.[0] ?? 0
}
