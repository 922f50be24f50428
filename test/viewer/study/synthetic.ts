/**
 * Synthetic series that no person was ever imaged for: ramps, discs and noise whose every stored value is known, so
 * that the drawn pixels can be computed. Made at test time, encoded by the gateway's own encoder.
 */
import { encodeHtj2k } from "../../../gateway/actors/draughtsman/htj2k.ts"
import type { EncodedFrame } from "../../../gateway/journey/ports/reading-desk.ts"
import { createHash } from "node:crypto"

export interface SyntheticSeries {
  readonly SeriesInstanceUID: string
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly Modality: string
  readonly rows: number
  readonly columns: number
  readonly signed: boolean
  readonly bitsStored: number
  readonly photometricInterpretation: "MONOCHROME1" | "MONOCHROME2" | "RGB"
  readonly rescaleSlope: number
  readonly rescaleIntercept: number
  readonly window: { readonly center: number; readonly width: number } | null
  readonly padding: number | null
  readonly encoding: "native" | "htj2k"
  readonly frames: readonly (Int16Array | Uint16Array | Uint8Array)[]
}

export const NATIVE = "1.2.840.10008.1.2.1"
export const HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"

export const instanceUid = (series: SyntheticSeries, index: number): string =>
  `${series.SeriesInstanceUID}.${index + 1}`

/** Every stored value of the range occurs; `seed` makes images of a series differ. */
export function rampFrame(rows: number, columns: number, bitsStored: number, signed: boolean, seed: number) {
  const values = 2 ** bitsStored
  const low = signed ? -values / 2 : 0
  const make = (at: number): number => low + ((at * 37 + seed * 991) % values)
  const length = rows * columns
  return signed
    ? Int16Array.from({ length }, (_, at) => make(at))
    : Uint16Array.from({ length }, (_, at) => make(at))
}

/** A head-like phantom in stored values (HU + 1024): skull, brain, ventricles, a dark area, grain. */
export function headFrame(size: number, slice: number): Int16Array {
  const grain = (at: number): number => ((Math.imul(at + slice * 7919, 2654435761) >>> 16) % 13) - 6
  const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): boolean =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1
  return Int16Array.from({ length: size * size }, (_, at) => {
    const x = ((at % size) / size) * 2 - 1
    const y = (Math.floor(at / size) / size) * 2 - 1
    const s = 1 - Math.abs(slice - 14) / 60
    if (!inside(x, y, 0, 0, 0.72 * s, 0.9 * s)) return 24 + grain(at)
    if (!inside(x, y, 0, 0, 0.64 * s, 0.82 * s)) return 1024 + 900 + grain(at) * 6
    if (inside(x, y, -0.13, -0.12, 0.07, 0.24) || inside(x, y, 0.13, -0.12, 0.07, 0.24))
      return 1024 + 6 + grain(at)
    if (inside(x, y, 0.34, 0.42, 0.2, 0.26)) return 1024 + 20 + grain(at)
    const cortex = Math.sin(x * 26) * Math.sin(y * 22) > 0.35 ? 5 : 0
    return 1024 + 34 + cortex + grain(at)
  })
}

export async function encoded(series: SyntheticSeries, index: number): Promise<EncodedFrame> {
  const frame = series.frames[index]
  if (frame === undefined) throw new RangeError(`frame ${index}`)
  const pixels = new Uint8Array(frame.buffer.slice(0) as ArrayBuffer)
  const bits = frame instanceof Uint8Array ? 8 : 16
  if (series.encoding === "native") return described(pixels, "application/octet-stream", NATIVE, [])
  const { codestream, levelEndBytes } = await encodeHtj2k({
    rows: series.rows,
    columns: series.columns,
    samplesPerPixel: series.photometricInterpretation === "RGB" ? 3 : 1,
    bitsAllocated: bits,
    bitsStored: series.bitsStored,
    signed: series.signed,
    photometricInterpretation: series.photometricInterpretation,
    rescaleSlope: series.rescaleSlope,
    rescaleIntercept: series.rescaleIntercept,
    pixels,
  })
  return described(codestream, "image/jphc", HTJ2K_RPCL, levelEndBytes)
}

const described = (
  bytes: Uint8Array,
  mediaType: string,
  TransferSyntaxUID: string,
  levelEndBytes: readonly number[],
): EncodedFrame => ({
  mediaType,
  TransferSyntaxUID,
  bytes,
  levelEndBytes,
  sha256: createHash("sha256").update(bytes).digest("hex"),
})

/** DICOM JSON of one instance, as the gateway answers it. */
export function metadataOf(series: SyntheticSeries, index: number): object {
  const attribute = (vr: string, ...Value: unknown[]): object => ({ vr, Value })
  const bits = series.frames[0] instanceof Uint8Array ? 8 : 16
  return {
    "00080018": attribute("UI", instanceUid(series, index)),
    "00080060": attribute("CS", series.Modality),
    "00180050": attribute("DS", 4),
    "00200013": attribute("IS", index + 1),
    "00200032": attribute("DS", -125, -125, 4 * index),
    "00200037": attribute("DS", 1, 0, 0, 0, 1, 0),
    "00280002": attribute("US", series.photometricInterpretation === "RGB" ? 3 : 1),
    "00280004": attribute("CS", series.photometricInterpretation),
    "00280010": attribute("US", series.rows),
    "00280011": attribute("US", series.columns),
    "00280030": attribute("DS", 0.5, 0.5),
    "00280100": attribute("US", bits),
    "00280101": attribute("US", series.bitsStored),
    "00280102": attribute("US", series.bitsStored - 1),
    "00280103": attribute("US", series.signed ? 1 : 0),
    "00281052": attribute("DS", series.rescaleIntercept),
    "00281053": attribute("DS", series.rescaleSlope),
    ...(series.padding === null
      ? {}
      : { "00280120": attribute(series.signed ? "SS" : "US", series.padding) }),
    ...(series.window === null
      ? {}
      : {
          "00281050": attribute("DS", series.window.center),
          "00281051": attribute("DS", series.window.width),
        }),
  }
}
