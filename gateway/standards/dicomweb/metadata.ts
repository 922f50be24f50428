/**
 * One instance as DICOM JSON (PS3.18 F), with the attributes a reading screen needs and without bulk data.
 */
import { Malformed } from "../malformed.ts"
import type { DataSet } from "../dicom/data-set.ts"
import { dictionaryRow, hexTag } from "../dicom/dictionary.ts"
import type { Element } from "../dicom/elements.ts"

export interface JsonElement {
  readonly vr: string
  readonly Value?: readonly JsonValue[]
}
export type JsonValue = string | number | null | JsonPersonName | JsonDataSet
/** Groups as they are written, components parted by `^` (PS3.18 F.2.2). */
export interface JsonPersonName {
  readonly Alphabetic?: string
  readonly Ideographic?: string
  readonly Phonetic?: string
}
/** By tag, eight upper-case hex digits. */
export type JsonDataSet = Readonly<Record<string, JsonElement>>

/** What is told at the top level; sequences are told whole, private elements left out. */
const SHOWN = `
  ImageType SOPClassUID SOPInstanceUID StudyDate SeriesDate AcquisitionDate ContentDate StudyTime SeriesTime
  AcquisitionTime ContentTime AccessionNumber Modality Manufacturer StudyDescription SeriesDescription
  PatientName PatientID PatientBirthDate PatientSex PatientAge PatientWeight
  BodyPartExamined SliceThickness KVP SpacingBetweenSlices FrameTime ProtocolName GantryDetectorTilt
  ImagerPixelSpacing SequenceOfUltrasoundRegions RecommendedDisplayFrameRate ViewPosition
  StudyInstanceUID SeriesInstanceUID SeriesNumber AcquisitionNumber InstanceNumber PatientOrientation
  ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID Laterality ImageLaterality SliceLocation
  SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns PixelSpacing
  PixelAspectRatio BitsAllocated BitsStored HighBit PixelRepresentation SmallestImagePixelValue
  LargestImagePixelValue PixelPaddingValue PixelPaddingRangeLimit PixelSpacingCalibrationType
  WindowCenter WindowWidth RescaleIntercept RescaleSlope RescaleType WindowCenterWidthExplanation
  VOILUTFunction LossyImageCompression LossyImageCompressionRatio ModalityLUTSequence VOILUTSequence
  PresentationLUTShape Units RadiopharmaceuticalInformationSequence CorrectedImage DecayCorrection
  SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence
`
  .trim()
  .split(/\s+/)

/** Numbers in JSON; IS and DS as well (PS3.18 F.2.3). */
const NUMERIC = new Set(["DS", "FL", "FD", "IS", "SL", "SS", "UL", "US", "SV", "UV", "xs"])
/** Bulk, neither inline nor by reference here; and AT, which no viewer asks for. */
const UNTOLD = new Set(["AT", "OB", "OD", "OF", "OL", "OV", "OW", "UN"])

/**
 * The instance, tags in ascending order.
 *
 * @param dataSet a file read up to Pixel Data is enough
 * @throws Malformed METADATA_UIDS when one of the identifying UIDs is missing
 */
export function instanceMetadata(dataSet: DataSet): JsonDataSet {
  for (const keyword of ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"])
    if (dataSet.text(keyword) === "")
      throw new Malformed("METADATA_UIDS", "PS3.18 10.4.1", `${keyword} is missing`)
  const shown = SHOWN.flatMap((keyword) => {
    const element = dataSet.element(keyword)
    return element ? [{ keyword, element }] : []
  })
  return jsonOf(dataSet, shown)
}

/** Of an instance whose data set cannot be read here: which one it is, and what it is written in. */
export interface UnreadInstance {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly AvailableTransferSyntaxUID: string
}

export function unreadMetadata(instance: UnreadInstance): JsonDataSet {
  const uid = (value: string): JsonElement => ({ vr: "UI", Value: [value] })
  return {
    "00080016": uid(instance.SOPClassUID),
    "00080018": uid(instance.SOPInstanceUID),
    "00083002": uid(instance.AvailableTransferSyntaxUID),
    "0020000D": uid(instance.StudyInstanceUID),
    "0020000E": uid(instance.SeriesInstanceUID),
  }
}

interface Named {
  readonly keyword: string
  readonly element: Element
}

function jsonOf(dataSet: DataSet, elements: readonly Named[]): JsonDataSet {
  const told = elements
    .filter(({ element }) => !UNTOLD.has(element.vr))
    .sort((a, b) => a.element.tag - b.element.tag)
    .map(({ keyword, element }) => [hexTag(element.tag), jsonElement(dataSet, keyword, element)])
  return Object.fromEntries(told) as JsonDataSet
}

/** Every public element of an item. */
function itemJson(item: DataSet): JsonDataSet {
  const named = [...item.elements.values()].flatMap((element) => {
    const row = dictionaryRow(element.tag)
    return row && !row.tag.includes("x") ? [{ keyword: row.keyword, element }] : []
  })
  return jsonOf(item, named)
}

/** An element without a value keeps its VR only (PS3.18 F.2.5). */
function jsonElement(dataSet: DataSet, keyword: string, element: Element): JsonElement {
  const vr = element.vr === "xs" ? (dataSet.number("PixelRepresentation") === 1 ? "SS" : "US") : element.vr
  const Value = values(dataSet, keyword, element)
  return Value.length === 0 ? { vr } : { vr, Value }
}

function values(dataSet: DataSet, keyword: string, { vr }: Element): readonly JsonValue[] {
  if (vr === "SQ") return dataSet.items(keyword).map(itemJson)
  if (vr === "PN") return dataSet.texts(keyword).map(personName)
  if (NUMERIC.has(vr)) return numbers(dataSet, keyword)
  return dataSet.texts(keyword).map((text) => (text === "" ? null : text))
}

/** Null for an empty value; what is not a number stays text, so that a reader sees what the device wrote. */
function numbers(dataSet: DataSet, keyword: string): readonly JsonValue[] {
  const texts = dataSet.texts(keyword)
  return dataSet.numbers(keyword).map((value, index) => {
    if (Number.isFinite(value)) return value
    const text = texts[index] ?? ""
    return text === "" ? null : text
  })
}

function personName(value: string): JsonPersonName {
  const [Alphabetic = "", Ideographic = "", Phonetic = ""] = value.split("=")
  return {
    ...(Alphabetic !== "" && { Alphabetic }),
    ...(Ideographic !== "" && { Ideographic }),
    ...(Phonetic !== "" && { Phonetic }),
  }
}
