/**
 * Small DICOM files of our own making, written element by element so that every byte of a name or a pixel is chosen:
 * explicit VR little endian, MR Image Storage, nothing but what a study needs (PS3.3 A.4).
 */
import { randomUUID } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileMetaBytes } from "../../gateway/standards/dicom/part10.ts"

export const MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4"
const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
const LONG_FORM = new Set(["OB", "OW", "SQ", "UN", "UT"])

export interface StudyShape {
  readonly PatientID: string
  /** As it stands in the file, by the character set below. */
  readonly PatientName: Uint8Array
  /** (0008,0005), "" = absent. */
  readonly SpecificCharacterSet?: string
  readonly slices: number
  readonly rows?: number
  /** Stored at the beginning of every image's Pixel Data. */
  readonly pattern?: Uint8Array
  readonly StudyInstanceUID?: string
  /** `YYYYMMDD`. */
  readonly StudyDate?: string
  readonly AccessionNumber?: string
  /** (0020,1208); absent when not given. */
  readonly NumberOfStudyRelatedInstances?: number
}

export interface SmallInstance {
  readonly SOPInstanceUID: string
  readonly file: string
  readonly dataSet: Uint8Array
}

export interface SmallStudy {
  readonly PatientID: string
  readonly StudyInstanceUID: string
  readonly instances: readonly SmallInstance[]
  readonly files: readonly string[]
}

export const uid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`).toString()}`

/** Writes the study's files into `folder`. */
export function writeStudy(folder: string, shape: StudyShape): SmallStudy {
  mkdirSync(folder, { recursive: true })
  const StudyInstanceUID = shape.StudyInstanceUID ?? uid()
  const SeriesInstanceUID = uid()
  const instances = Array.from({ length: shape.slices }, (_, index): SmallInstance => {
    const SOPInstanceUID = uid()
    const dataSet = imageDataSet(shape, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, index })
    const file = join(folder, `${shape.PatientID}-${index}.dcm`)
    writeFileSync(file, part10(SOPInstanceUID, dataSet))
    return { SOPInstanceUID, file, dataSet }
  })
  return {
    PatientID: shape.PatientID,
    StudyInstanceUID,
    instances,
    files: instances.map(({ file }) => file),
  }
}

function part10(SOPInstanceUID: string, dataSet: Uint8Array): Buffer {
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: MR_IMAGE_STORAGE,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    SendingApplicationEntityTitle: "MR1",
    ReceivingApplicationEntityTitle: "",
  })
  return Buffer.concat([meta, dataSet])
}

interface Identity {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly index: number
}

function imageDataSet(shape: StudyShape, id: Identity): Buffer {
  const rows = shape.rows ?? 32
  const charset = shape.SpecificCharacterSet ?? ""
  return Buffer.concat([
    ...(charset === "" ? [] : [element(0x00080005, "CS", charset)]),
    element(0x00080016, "UI", MR_IMAGE_STORAGE),
    element(0x00080018, "UI", id.SOPInstanceUID),
    element(0x00080020, "DA", shape.StudyDate ?? "20260801"),
    element(0x00080030, "TM", "101112"),
    element(0x00080050, "SH", shape.AccessionNumber ?? `X-${shape.PatientID}`),
    element(0x00080060, "CS", "MR"),
    element(0x00081030, "LO", "HEAD MRI"),
    element(0x00100010, "PN", shape.PatientName),
    element(0x00100020, "LO", shape.PatientID),
    element(0x00100030, "DA", "19450308"),
    element(0x00100040, "CS", "F"),
    element(0x00180015, "CS", "HEAD"),
    element(0x0020000d, "UI", id.StudyInstanceUID),
    element(0x0020000e, "UI", id.SeriesInstanceUID),
    element(0x00200010, "SH", "1"),
    element(0x00200011, "IS", "1"),
    element(0x00200013, "IS", String(id.index + 1)),
    ...(shape.NumberOfStudyRelatedInstances === undefined
      ? []
      : [element(0x00201208, "IS", String(shape.NumberOfStudyRelatedInstances))]),
    element(0x00280002, "US", uint16(1)),
    element(0x00280004, "CS", "MONOCHROME2"),
    element(0x00280010, "US", uint16(rows)),
    element(0x00280011, "US", uint16(rows)),
    element(0x00280100, "US", uint16(16)),
    element(0x00280101, "US", uint16(12)),
    element(0x00280102, "US", uint16(11)),
    element(0x00280103, "US", uint16(0)),
    element(0x7fe00010, "OW", pixels(rows, id.index, shape.pattern ?? new Uint8Array(0))),
  ])
}

/** A slope: no two images alike, and smaller when coded. */
function pixels(rows: number, index: number, pattern: Uint8Array): Buffer {
  const bytes = Buffer.alloc(rows * rows * 2)
  for (let at = 0; at < rows * rows; at++) {
    const value = (at % rows) * 3 + Math.floor(at / rows) * 5 + index * 7
    bytes.writeUInt16LE(value % 4096, at * 2)
  }
  bytes.set(pattern)
  return bytes
}

function uint16(value: number): Uint8Array {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

/** One element, padded to an even length as its VR wants (PS3.5 6.2, 7.1.2). */
function element(tag: number, vr: string, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value)
  const padding = Buffer.alloc(bytes.length % 2, vr === "UI" || vr === "OW" ? 0 : 0x20)
  const long = LONG_FORM.has(vr)
  const head = Buffer.alloc(long ? 12 : 8)
  head.writeUInt16LE(tag >>> 16, 0)
  head.writeUInt16LE(tag & 0xffff, 2)
  head.write(vr, 4, "latin1")
  if (long) head.writeUInt32LE(bytes.length + padding.length, 8)
  else head.writeUInt16LE(bytes.length + padding.length, 6)
  return Buffer.concat([head, bytes, padding])
}
