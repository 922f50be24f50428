/**
 * One native frame with everything needed to code or draw it; the gateway's FramePixels fits this shape.
 */
import { Malformed } from "../malformed.ts"
import type { ReadFile } from "../dicom/data-set.ts"
import { frameAttributes } from "./functional-groups.ts"
import { PIXEL_DATA } from "./frame-place.ts"
import { alignedSamples, interleaved, swappedPairs, upsampled422 } from "./sample-layout.ts"

export interface NativeFrame {
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly bitsAllocated: 8 | 16
  readonly bitsStored: number
  readonly signed: boolean
  readonly photometricInterpretation: string
  readonly rescaleSlope: number
  readonly rescaleIntercept: number
  /** Little endian, samples of a pixel side by side. */
  readonly pixels: Uint8Array
}

export interface StoredFrame {
  readonly frame: NativeFrame
  /** Why the samples are not simply the stored ones in another order, null when they are: only such a frame may
   *  replace what was received. */
  readonly altered: "bits outside BitsStored" | "HighBit" | "subsampled colour" | null
}

const unsupported = (message: string): Malformed =>
  new Malformed("PIXEL_UNSUPPORTED", "PS3.3 C.7.6.3", message)

/**
 * Clean samples of one frame: little endian, colour by pixel, nothing outside BitsStored.
 *
 * @param file  the header of its file
 * @param bytes the frame's native bytes, as `locateFrame` says
 * @param frameNumber 1-based
 * @throws Malformed PIXEL_UNSUPPORTED for 1-bit, 32-bit, float and the like, PIXEL_MODULE for a broken description
 */
export function storedFrame(file: ReadFile, bytes: Uint8Array, frameNumber: number): StoredFrame {
  return storedSamples(file, bytes, frameFacts(file, frameNumber))
}

/** The same, with the facts at hand: of many frames they are read once. */
export function storedSamples(file: ReadFile, bytes: Uint8Array, facts: FrameFacts): StoredFrame {
  const subsampled = facts.photometricInterpretation === "YBR_FULL_422"
  const ordered = orderedSamples(file, bytes, facts)
  const { samples, altered } = alignedSamples(ordered, { ...facts, highBit: highBit(file, facts.bitsStored) })
  const frame = {
    ...facts,
    photometricInterpretation: subsampled ? "YBR_FULL" : facts.photometricInterpretation,
    pixels: samples,
  }
  const lengthBytes = frame.rows * frame.columns * frame.samplesPerPixel * (frame.bitsAllocated / 8)
  if (samples.length !== lengthBytes)
    throw new Malformed("PIXEL_LENGTH", "PS3.5 8.1", `${samples.length} bytes, ${lengthBytes} expected`)
  return { frame, altered: subsampled ? "subsampled colour" : altered }
}

export type FrameFacts = Omit<NativeFrame, "pixels">

/**
 * What the header says of one frame's samples.
 *
 * @param frameNumber 1-based
 * @throws Malformed PIXEL_UNSUPPORTED, PIXEL_MODULE
 */
export function frameFacts({ dataSet }: ReadFile, frameNumber: number): FrameFacts {
  const samplesPerPixel = wanted(dataSet.number("SamplesPerPixel"), "SamplesPerPixel")
  const bitsAllocated = wanted(dataSet.number("BitsAllocated"), "BitsAllocated")
  const bitsStored = wanted(dataSet.number("BitsStored"), "BitsStored")
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) throw unsupported(`${samplesPerPixel} samples`)
  if (bitsAllocated !== 8 && bitsAllocated !== 16) throw unsupported(`${bitsAllocated} bits allocated`)
  if (bitsStored < 1 || bitsStored > bitsAllocated)
    throw new Malformed("PIXEL_MODULE", "PS3.5 8.1.1", "BitsStored outside BitsAllocated")
  const rescale = frameAttributes(dataSet, "PixelValueTransformationSequence", frameNumber)
  return {
    rows: wanted(dataSet.number("Rows"), "Rows"),
    columns: wanted(dataSet.number("Columns"), "Columns"),
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    signed: dataSet.number("PixelRepresentation") === 1,
    photometricInterpretation: dataSet.text("PhotometricInterpretation"),
    rescaleSlope: rescale.number("RescaleSlope") ?? 1,
    rescaleIntercept: rescale.number("RescaleIntercept") ?? 0,
  }
}

function wanted(value: number | null, keyword: string): number {
  if (value === null || !Number.isInteger(value) || value < 1)
    throw new Malformed("PIXEL_MODULE", "PS3.3 C.7.6.3", `${keyword} is missing or not a positive number`)
  return value
}

const highBit = ({ dataSet }: ReadFile, bitsStored: number): number =>
  dataSet.number("HighBit") ?? bitsStored - 1

/** The stored samples in one order: little endian, then colour by pixel; no value is touched but by YBR_FULL_422. */
export function orderedSamples(file: ReadFile, bytes: Uint8Array, facts: FrameFacts): Uint8Array {
  const little = bigEndianWords(file, facts) ? swappedPairs(bytes) : bytes
  if (facts.photometricInterpretation === "YBR_FULL_422") return upsampled422(little, facts.columns)
  const byPlane = facts.samplesPerPixel === 3 && file.dataSet.number("PlanarConfiguration") === 1
  return byPlane ? interleaved(little, facts.bitsAllocated) : little
}

/** In big endian, OW is swapped by words even when samples are bytes (PS3.5 8.1.2, annex D). */
function bigEndianWords({ syntax, dataSet }: ReadFile, facts: FrameFacts): boolean {
  if (syntax.encoding !== "explicit-be") return false
  return facts.bitsAllocated === 16 || dataSet.elements.get(PIXEL_DATA)?.vr === "OW"
}
