/**
 * What a slice has to look like, computed from the file the modality sent and from nothing of ours: the element reader
 * is dicom-parser, the window is the formula of PS3.3 C.11.2.1.2.1.
 */
import { readFileSync } from "node:fs"
import dicomParser from "dicom-parser"

export interface Slice {
  readonly rows: number
  readonly columns: number
  /** Modality values (PS3.3 C.11.1), row by row. */
  readonly values: readonly number[]
  /** Modality value of the pixels that are no measurement (0028,0120); null when there are none. */
  readonly padding: number | null
}

export interface Window {
  readonly center: number
  readonly width: number
}

/** One uncompressed, 16-bit, single-frame grey image. */
export function slice(file: string): Slice {
  const bytes = readFileSync(file)
  const dataSet = dicomParser.parseDicom(bytes)
  const [rows = 0, columns = 0] = [dataSet.uint16("x00280010"), dataSet.uint16("x00280011")]
  const pixels = dataSet.elements.x7fe00010
  if (pixels === undefined || pixels.length < rows * columns * 2)
    throw new Error(`${file} has no 16-bit pixels`)
  const [slope, intercept] = [dataSet.floatString("x00281053") ?? 1, dataSet.floatString("x00281052") ?? 0]
  const isSigned = dataSet.uint16("x00280103") === 1
  const stored = (at: number): number =>
    isSigned ? bytes.readInt16LE(pixels.dataOffset + at * 2) : bytes.readUInt16LE(pixels.dataOffset + at * 2)
  const toModality = (value: number): number => value * slope + intercept
  const padding = isSigned ? dataSet.int16("x00280120") : dataSet.uint16("x00280120")
  return {
    rows,
    columns,
    values: Array.from({ length: rows * columns }, (_, at) => toModality(stored(at))),
    padding: padding === undefined ? null : toModality(padding),
  }
}

/** From the 1st to the 99th percentile of the measurements: what a slice without a usable window of its own opens with. */
export function percentileWindow({ values, padding }: Slice): Window {
  const sorted = values.filter((value) => value !== padding).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { center: (at(0.01) + at(0.99)) / 2 + 0.5, width: at(0.99) - at(0.01) + 1 }
}

/** 8-bit grey of every pixel through a LINEAR window; padding is black. */
export function windowed({ values, padding }: Slice, { center, width }: Window): readonly number[] {
  return values.map((x) => {
    if (x === padding) return 0
    const y = (x - (center - 0.5)) / (width - 1) + 0.5
    return Math.round(255 * Math.min(1, Math.max(0, y)))
  })
}
