/**
 * May this instance be coded again without a value changing? Decided from its header alone; what only the samples can
 * tell (stray bits) is found when they are read.
 */
import type { DataSet, ReadFile } from "../data-set.ts"
import { UNDEFINED_LENGTH } from "../element-header.ts"
import type { Elements } from "../elements.ts"
import { numberOfFrames } from "../pixel-data.ts"
import { isOfDicom } from "../uid.ts"
import type { AsReceived } from "./reasons.ts"
import { DIGITAL_SIGNATURES, MAC_PARAMETERS, PIXEL_DATA } from "./tags.ts"

/** PS3.5 annex A.1, A.2, A.3, A.5: Pixel Data in native format, hence surely not compressed with a loss. */
const NATIVE = new Set([
  "1.2.840.10008.1.2",
  "1.2.840.10008.1.2.1",
  "1.2.840.10008.1.2.2",
  "1.2.840.10008.1.2.1.99",
])
/** What HTJ2K codes sample by sample, or by its reversible colour transform (PS3.5 8.2.16). */
const ONE_SAMPLE = new Set(["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"])
const THREE_SAMPLES = new Set(["RGB", "YBR_FULL"])
/** A frame is held in memory a few times; mammograms stay below. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024

/**
 * Why the instance must travel as received; null when it may be recoded.
 *
 * @param file read up to Pixel Data (`readPart10` with `untilTag`)
 * @throws Malformed PIXEL_FRAMES, PIXEL_MODULE
 */
export function asReceived(file: ReadFile): AsReceived | null {
  const { dataSet, TransferSyntaxUID } = file
  if (!isOfDicom(TransferSyntaxUID)) return "private-syntax"
  if (!NATIVE.has(TransferSyntaxUID)) return "compressed"
  if (dataSet.has("FloatPixelData") || dataSet.has("DoubleFloatPixelData")) return "float-pixel-data"
  const pixels = dataSet.elements.get(PIXEL_DATA)
  if (!pixels) return "no-pixel-data"
  if (pixels.lengthBytes === UNDEFINED_LENGTH || pixels.fragments !== null) return "compressed"
  if (isSigned(dataSet.elements)) return "signatures"
  return samples(dataSet) ?? colour(dataSet) ?? padding(dataSet) ?? length(dataSet, pixels.lengthBytes)
}

/** Digital signatures or MAC parameters, at any level: they sign values in their encoding (PS3.15 C). */
export function isSigned(elements: Elements): boolean {
  if (elements.has(DIGITAL_SIGNATURES) || elements.has(MAC_PARAMETERS)) return true
  return [...elements.values()].some(({ items }) => items?.some(isSigned) === true)
}

function samples(dataSet: DataSet): AsReceived | null {
  const bitsAllocated = dataSet.number("BitsAllocated")
  const bitsStored = dataSet.number("BitsStored") ?? 0
  if (bitsAllocated !== 8 && bitsAllocated !== 16) return "bits-allocated"
  if (bitsStored < 1 || bitsStored > bitsAllocated) return "malformed"
  return dataSet.number("HighBit") === bitsStored - 1 ? null : "high-bit"
}

function colour(dataSet: DataSet): AsReceived | null {
  const samplesPerPixel = dataSet.number("SamplesPerPixel")
  const photometric = dataSet.text("PhotometricInterpretation")
  const signed = dataSet.number("PixelRepresentation") === 1
  if (samplesPerPixel === 1) {
    if (!ONE_SAMPLE.has(photometric)) return "photometric"
    return photometric === "PALETTE COLOR" && signed ? "signed-palette" : null
  }
  if (samplesPerPixel !== 3 || !THREE_SAMPLES.has(photometric)) return "photometric"
  if (dataSet.number("BitsAllocated") !== 8) return "deep-colour"
  if (signed) return "signed-colour"
  return [0, 1].includes(dataSet.number("PlanarConfiguration") ?? -1) ? null : "planar"
}

/** A padding value beyond Bits Stored says that pixels use the bits above it (PS3.3 C.7.5.1.1.2). */
function padding(dataSet: DataSet): AsReceived | null {
  const bitsStored = dataSet.number("BitsStored") ?? 0
  const signed = dataSet.number("PixelRepresentation") === 1
  const least = signed ? -(2 ** (bitsStored - 1)) : 0
  const values = ["PixelPaddingValue", "PixelPaddingRangeLimit"].flatMap((keyword) =>
    dataSet.numbers(keyword),
  )
  const fits = values.every((written) => {
    // Some devices write the value of a signed image as US.
    const value = signed && written > 0x7fff ? written - 0x10000 : written
    return value >= least && value < least + 2 ** bitsStored
  })
  return fits ? null : "padding-value"
}

/** Exactly the frames, and one padding byte where they are odd: nothing may be lost behind them. */
function length(dataSet: DataSet, lengthBytes: number): AsReceived | null {
  const facts = ["Rows", "Columns", "SamplesPerPixel", "BitsAllocated"].map(
    (keyword) => dataSet.number(keyword) ?? 0,
  )
  const frameBytes = facts.reduce((product, each) => product * each, 1) / 8
  if (frameBytes > MAX_FRAME_BYTES) return "frame-size"
  const wanted = frameBytes * numberOfFrames(dataSet)
  return wanted > 0 && lengthBytes === wanted + (wanted % 2) ? null : "pixel-length"
}
