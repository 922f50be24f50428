import { itemsOf, numberOf, numbersOf, textOf, type DicomJson } from "./dicom-json.ts"
import { lookupTableOf } from "./lookup-table.ts"
import type { Modality } from "./modality.ts"
import { voiWindow, type Voi, type VoiFunction } from "./voi.ts"

export type Vector3 = readonly [number, number, number]

/** Everything about one frame that decides how it is drawn and labelled; lengths in mm. */
export interface ImageFacts {
  readonly SOPInstanceUID: string
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly photometricInterpretation: string
  readonly bitsAllocated: number
  readonly bitsStored: number
  readonly signed: boolean
  readonly modality: Modality
  /** Stored values that are no measurement (0028,0120 and 0028,0121), inclusive; null when none. */
  readonly padding: { readonly low: number; readonly high: number } | null
  /** The device's own choices, VOI LUT Sequence first (it is the intended one for CR, DX, MG). */
  readonly voi: readonly Voi[]
  /** Height of a pixel over its width; 1 = square. */
  readonly pixelAspect: number
  /** Row and column spacing. */
  readonly pixelSpacing: readonly [number, number] | null
  readonly rowDirection: Vector3 | null
  readonly columnDirection: Vector3 | null
  readonly position: Vector3 | null
  readonly sliceThickness: number | null
  readonly lossy: boolean
}

/** Where a frame's own attributes may stand: its functional group, the shared one (PS3.3 C.7.6.16), the data set. */
function places(dataSet: DicomJson, frame: number, groupTag: string): readonly DicomJson[] {
  const perFrame = itemsOf(dataSet, "52009230")[frame - 1]
  const shared = itemsOf(dataSet, "52009229")[0]
  const groups = [perFrame, shared].flatMap((group) => (group === undefined ? [] : itemsOf(group, groupTag)))
  return [...groups, dataSet]
}

const firstWith = (candidates: readonly DicomJson[], tag: string): DicomJson =>
  candidates.find((candidate) => candidate[tag] !== undefined) ?? {}

const vector = (numbers: readonly number[], from: number): Vector3 | null => {
  const [x, y, z] = numbers.slice(from, from + 3)
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z]
}

function modalityOf(dataSet: DicomJson, frame: number): Modality {
  const source = firstWith(places(dataSet, frame, "00289145"), "00281053")
  const slope = numberOf(source, "00281053") ?? 1
  return {
    // A slope of zero would make every image black: the device wrote nonsense, values are shown as stored.
    slope: slope === 0 ? 1 : slope,
    intercept: numberOf(source, "00281052") ?? 0,
    table: lookupTableOf(dataSet, "00283000"),
    type: textOf(source, "00281054"),
  }
}

const FUNCTIONS = new Set<string>(["LINEAR", "LINEAR_EXACT", "SIGMOID"])

function voiOf(dataSet: DicomJson, frame: number): readonly Voi[] {
  const table = lookupTableOf(dataSet, "00283010")
  const source = firstWith(places(dataSet, frame, "00289132"), "00281050")
  const named = textOf(source, "00281056")
  const voiFunction = FUNCTIONS.has(named) ? (named as VoiFunction) : "LINEAR"
  const widths = numbersOf(source, "00281051")
  const windows = numbersOf(source, "00281050").flatMap((center, at) => {
    const width = widths[at]
    return width === undefined || width <= 0 ? [] : [voiWindow(center, width, voiFunction)]
  })
  return table === null ? windows : [{ kind: "table", table }, ...windows]
}

/** Values are compared as signed numbers when the pixels are signed (PS3.3 C.7.5.1.1.2). */
function paddingOf(dataSet: DicomJson, signed: boolean): ImageFacts["padding"] {
  const asStored = (value: number): number => (signed && value > 32767 ? value - 65536 : value)
  const value = numberOf(dataSet, "00280120")
  if (value === null) return null
  const limit = numberOf(dataSet, "00280121") ?? value
  const ends = [asStored(value), asStored(limit)] as const
  return { low: Math.min(...ends), high: Math.max(...ends) }
}

/** Pixel Aspect Ratio (0028,0034) speaks only when no spacing does (PS3.3 C.7.6.3.1.7). */
function aspectOf(dataSet: DicomJson, spacing: ImageFacts["pixelSpacing"]): number {
  if (spacing !== null && spacing[0] > 0 && spacing[1] > 0) return spacing[0] / spacing[1]
  const [vertical, horizontal] = numbersOf(dataSet, "00280034")
  return vertical !== undefined && horizontal !== undefined && vertical > 0 && horizontal > 0
    ? vertical / horizontal
    : 1
}

/** Facts of frame `frame` (1-based) of one instance; rows and columns are 0 when the metadata lack them. */
export function imageFacts(dataSet: DicomJson, frame: number): ImageFacts {
  const signed = numberOf(dataSet, "00280103") === 1
  const measures = firstWith(places(dataSet, frame, "00289110"), "00280030")
  const [rowSpacing, columnSpacing] = numbersOf(measures, "00280030")
  const pixelSpacing =
    rowSpacing === undefined || columnSpacing === undefined ? null : ([rowSpacing, columnSpacing] as const)
  const orientation = numbersOf(firstWith(places(dataSet, frame, "00209116"), "00200037"), "00200037")
  return {
    SOPInstanceUID: textOf(dataSet, "00080018"),
    rows: numberOf(dataSet, "00280010") ?? 0,
    columns: numberOf(dataSet, "00280011") ?? 0,
    samplesPerPixel: numberOf(dataSet, "00280002") === 3 ? 3 : 1,
    photometricInterpretation: textOf(dataSet, "00280004"),
    bitsAllocated: numberOf(dataSet, "00280100") ?? 16,
    bitsStored: numberOf(dataSet, "00280101") ?? 16,
    signed,
    modality: modalityOf(dataSet, frame),
    padding: paddingOf(dataSet, signed),
    voi: voiOf(dataSet, frame),
    pixelAspect: aspectOf(dataSet, pixelSpacing),
    pixelSpacing,
    rowDirection: vector(orientation, 0),
    columnDirection: vector(orientation, 3),
    position: vector(numbersOf(firstWith(places(dataSet, frame, "00209113"), "00200032"), "00200032"), 0),
    sliceThickness: numberOf(firstWith(places(dataSet, frame, "00289110"), "00180050"), "00180050"),
    lossy: textOf(dataSet, "00282110") === "01",
  }
}
