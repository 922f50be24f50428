/**
 * A study of nobody: three CT slices of a drawn body, equal octets for equal arguments, so that whoever receives them can
 * make them again and compare. DICOM itself says what they are: Quality Control Subject and Quality Control Image are YES.
 */
import { authoredBytes } from "./authored-elements.ts"
import { joined } from "./octets.ts"
import { fileMetaBytes } from "./part10.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN } from "./sop-classes.ts"

export const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
const SLICES = 3
const SIDE = 64
const SLICE_DISTANCE_MM = 5
const AE_TITLE = "DOKUEI"

/** HU of what is drawn, from outside to inside; radii in halves of the picture. */
const BODY = [
  { radius: 0.9, hounsfield: 40 },
  { radius: 0.55, hounsfield: -800 },
  { radius: 0.2, hounsfield: 700 },
] as const
const AIR = -1000
/** RescaleIntercept: stored values are unsigned. */
const INTERCEPT = -1024

/** Who the phantom is called after: nobody's name and number, in ASCII and in Japanese. */
export const PHANTOM_ID = "SELF-TEST"
export const PHANTOM_NAME = {
  alphabetic: "SELF TEST NOT A PATIENT",
  ideographic: "自己試験 患者ではない",
} as const

export interface PhantomFile {
  readonly SOPInstanceUID: string
  /** Part 10, explicit VR little endian. */
  readonly file: Uint8Array
}

/** @param StudyInstanceUID at most 60 characters: the others are made from it */
export function phantomFiles(StudyInstanceUID: string, at: Date): readonly PhantomFile[] {
  const [date = "", time = ""] = at.toISOString().replaceAll(/[-:]/g, "").slice(0, 15).split("T")
  return Array.from({ length: SLICES }, (_, slice) => sliceFile(StudyInstanceUID, slice, { date, time }))
}

function sliceFile(
  StudyInstanceUID: string,
  slice: number,
  { date, time }: { readonly date: string; readonly time: string },
): PhantomFile {
  const SeriesInstanceUID = `${StudyInstanceUID}.1`
  const SOPInstanceUID = `${SeriesInstanceUID}.${slice + 1}`
  const dataSet = authoredBytes({
    SpecificCharacterSet: "ISO_IR 192",
    ImageType: "ORIGINAL\\PRIMARY\\AXIAL",
    SOPClassUID: CT_IMAGE_STORAGE,
    SOPInstanceUID,
    StudyDate: date,
    SeriesDate: date,
    ContentDate: date,
    StudyTime: time,
    SeriesTime: time,
    ContentTime: time,
    TimezoneOffsetFromUTC: "+0000",
    AccessionNumber: "",
    Modality: "CT",
    Manufacturer: "Dokuei",
    ReferringPhysicianName: "",
    StudyDescription: "SELF TEST NOT A PATIENT",
    PatientName: `${PHANTOM_NAME.alphabetic}=${PHANTOM_NAME.ideographic.replace(" ", "^")}`,
    PatientID: PHANTOM_ID,
    PatientBirthDate: "",
    PatientSex: "O",
    QualityControlSubject: "YES",
    KVP: "",
    SliceThickness: String(SLICE_DISTANCE_MM),
    StudyInstanceUID,
    SeriesInstanceUID,
    StudyID: "",
    SeriesNumber: "1",
    AcquisitionNumber: "",
    InstanceNumber: String(slice + 1),
    ImagePositionPatient: `0\\0\\${slice * SLICE_DISTANCE_MM}`,
    ImageOrientationPatient: "1\\0\\0\\0\\1\\0",
    FrameOfReferenceUID: `${StudyInstanceUID}.2`,
    PositionReferenceIndicator: "",
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    Rows: SIDE,
    Columns: SIDE,
    PixelSpacing: "5\\5",
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 0,
    QualityControlImage: "YES",
    WindowCenter: "0",
    WindowWidth: "2000",
    RescaleIntercept: String(INTERCEPT),
    RescaleSlope: "1",
    PixelData: drawn(slice),
  })
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: CT_IMAGE_STORAGE,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    SendingApplicationEntityTitle: AE_TITLE,
    ReceivingApplicationEntityTitle: AE_TITLE,
  })
  return { SOPInstanceUID, file: joined([meta, dataSet]) }
}

/** Rings, a little smaller on every slice. */
function drawn(slice: number): Uint8Array {
  const pixels = new DataView(new ArrayBuffer(SIDE * SIDE * 2))
  const shrunk = 1 - slice / 10
  for (let at = 0; at < SIDE * SIDE; at++) {
    const [x, y] = [(at % SIDE) + 0.5 - SIDE / 2, Math.floor(at / SIDE) + 0.5 - SIDE / 2]
    const distance = Math.hypot(x, y) / (SIDE / 2)
    const ring = BODY.findLast(({ radius }) => distance < radius * shrunk)
    pixels.setUint16(at * 2, (ring?.hounsfield ?? AIR) - INTERCEPT, true)
  }
  return new Uint8Array(pixels.buffer)
}
