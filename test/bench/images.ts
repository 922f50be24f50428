/**
 * CT-like images to send: 16 bit in explicit VR little endian, each with UIDs of its own.
 *
 * UIDs have one length, so that a round gets fresh ones by writing the heads again; pixel data stay on the disk.
 */
import { randomBytes, randomInt } from "node:crypto"
import { mkdir, open } from "node:fs/promises"
import { join } from "node:path"
import { fileMetaBytes } from "../../gateway/standards/dicom/part10.ts"

const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
/** Enhanced CT Image Storage for many frames in one instance. */
const ENHANCED_CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2.1"
const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
const LONG_VR = new Set(["OB", "OW", "SQ", "UN", "UT"])
const PAD: Readonly<Record<string, string>> = { UI: "\0" }

/** `2.25.` and 39 digits below 2^128: always 44 characters. */
const uid = (): string => `2.25.1${Array.from(randomBytes(38), (byte) => String(byte % 10)).join("")}`

/** What one instance is: square frames of 16 bit. */
export interface Shape {
  readonly frames: number
  readonly sidePixels: number
}

/** A slice: 512 KiB. */
export const CT: Shape = { frames: 1, sidePixels: 512 }

export const frameBytes = ({ sidePixels }: Pick<Shape, "sidePixels">): number => sidePixels * sidePixels * 2

/** Frames of 512 KiB that come nearest to a size without passing it. */
export const multiFrame = (bytes: number): Shape => ({
  ...CT,
  frames: Math.max(2, Math.floor(bytes / frameBytes(CT))),
})

export interface ImagesAsked {
  /** Images of each study. */
  readonly studies: readonly number[]
  /** `CT` when not given. */
  readonly shape?: Shape
}

export interface Study {
  readonly files: readonly string[]
  readonly shape: Shape
  readonly PatientID: string
  readonly StudyInstanceUID: string
}

/** Writes files below `folder`; `renewImages` makes other studies of the same files. */
export async function writeImages(
  folder: string,
  { studies, shape = CT }: ImagesAsked,
): Promise<readonly Study[]> {
  const pixels = ctLikePixels(shape)
  return Promise.all(
    studies.map(async (count, index) => {
      const below = join(folder, `study-${index + 1}`)
      await mkdir(below, { recursive: true })
      return writeStudy(below, count, shape, pixels)
    }),
  )
}

/** The same files, as studies nobody has seen. */
export function renewImages(studies: readonly Study[]): Promise<readonly Study[]> {
  return Promise.all(
    studies.map(async ({ files, shape }) => {
      const identity = freshIdentity()
      for (const [index, file] of files.entries()) {
        const handle = await open(file, "r+")
        await handle.write(head(identity, index + 1, shape), 0)
        await handle.close()
      }
      return { files, shape, ...identity }
    }),
  )
}

async function writeStudy(folder: string, count: number, shape: Shape, pixels: Buffer): Promise<Study> {
  const identity = freshIdentity()
  const files: string[] = []
  for (let number = 1; number <= count; number++) {
    const file = join(folder, `${String(number).padStart(5, "0")}.dcm`)
    const handle = await open(file, "w")
    await handle.write(head(identity, number, shape))
    for (let frame = 0; frame < shape.frames; frame++) await handle.write(pixels)
    await handle.close()
    files.push(file)
  }
  return { files, shape, ...identity }
}

type Identity = Omit<Study, "files" | "shape"> & { readonly SeriesInstanceUID: string }

const freshIdentity = (): Identity => ({
  PatientID: `B${String(randomInt(10 ** 9)).padStart(9, "0")}`,
  StudyInstanceUID: uid(),
  SeriesInstanceUID: uid(),
})

/** Preamble, group 0002 and the data set up to the first byte of Pixel Data. */
function head(identity: Identity, number: number, shape: Shape): Buffer {
  const { frames, sidePixels } = shape
  const SOPClassUID = frames > 1 ? ENHANCED_CT_IMAGE_STORAGE : CT_IMAGE_STORAGE
  const SOPInstanceUID = uid()
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: SOPClassUID,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    SendingApplicationEntityTitle: "CT1",
    ReceivingApplicationEntityTitle: "ANY",
  })
  const elements = [
    text(0x00080005, "CS", "ISO_IR 100"),
    text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
    text(0x00080016, "UI", SOPClassUID),
    text(0x00080018, "UI", SOPInstanceUID),
    ...["00080020", "00080021", "00080022", "00080023"].map((tag) =>
      text(parseInt(tag, 16), "DA", "20260401"),
    ),
    ...["00080030", "00080031", "00080032", "00080033"].map((tag) =>
      text(parseInt(tag, 16), "TM", "101530.123"),
    ),
    text(0x00080050, "SH", `A${identity.PatientID}`),
    text(0x00080060, "CS", "CT"),
    text(0x00080070, "LO", "EXAMPLE SYSTEMS"),
    text(0x00080080, "LO", "EXAMPLE HOSPITAL"),
    text(0x00081030, "LO", "CHEST ROUTINE"),
    text(0x0008103e, "LO", "CHEST 1.0 B30f"),
    text(0x00081090, "LO", "MODEL 64"),
    text(0x00100010, "PN", "Yamada^Tarou"),
    text(0x00100020, "LO", identity.PatientID),
    text(0x00100030, "DA", "19450308"),
    text(0x00100040, "CS", "M"),
    text(0x00180015, "CS", "CHEST"),
    text(0x00180050, "DS", "1.0"),
    text(0x00180060, "DS", "120"),
    text(0x00181030, "LO", "5.2 Chest routine"),
    text(0x00181151, "IS", "220"),
    text(0x00185100, "CS", "HFS"),
    text(0x0020000d, "UI", identity.StudyInstanceUID),
    text(0x0020000e, "UI", identity.SeriesInstanceUID),
    text(0x00200010, "SH", "1"),
    text(0x00200011, "IS", "2"),
    text(0x00200013, "IS", String(number).padStart(6, "0")),
    text(0x00200032, "DS", "-180.0\\-180.0\\100.0"),
    text(0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
    text(0x00200052, "UI", identity.SeriesInstanceUID),
    short(0x00280002, 1),
    text(0x00280004, "CS", "MONOCHROME2"),
    ...(frames > 1 ? [text(0x00280008, "IS", String(frames))] : []),
    short(0x00280010, sidePixels),
    short(0x00280011, sidePixels),
    text(0x00280030, "DS", "0.703125\\0.703125"),
    short(0x00280100, 16),
    short(0x00280101, 12),
    short(0x00280102, 11),
    short(0x00280103, 0),
    text(0x00281050, "DS", "40"),
    text(0x00281051, "DS", "400"),
    text(0x00281052, "DS", "-1024"),
    text(0x00281053, "DS", "1"),
    header(0x7fe00010, "OW", frames * frameBytes(shape)),
  ]
  return Buffer.concat([meta, ...elements])
}

function header(tag: number, vr: string, lengthBytes: number): Buffer {
  const long = LONG_VR.has(vr)
  const bytes = Buffer.alloc(long ? 12 : 8)
  bytes.writeUInt16LE(tag >>> 16, 0)
  bytes.writeUInt16LE(tag & 0xffff, 2)
  bytes.write(vr, 4, "latin1")
  if (long) bytes.writeUInt32LE(lengthBytes, 8)
  else bytes.writeUInt16LE(lengthBytes, 6)
  return bytes
}

function text(tag: number, vr: string, value: string): Buffer {
  const even = value.length % 2 === 0 ? value : value + (PAD[vr] ?? " ")
  return Buffer.concat([header(tag, vr, even.length), Buffer.from(even, "latin1")])
}

function short(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return Buffer.concat([header(tag, "US", 2), bytes])
}

/** 12 bits with noise in the low ones: what a scanner gives does not compress to nothing. */
function ctLikePixels(shape: Shape): Buffer {
  const pixels = Buffer.alloc(frameBytes(shape))
  const noise = randomBytes(pixels.length / 2)
  for (let at = 0; at < noise.length; at++) {
    const slope = Math.floor(at / shape.sidePixels) + (at % shape.sidePixels)
    pixels.writeUInt16LE((slope + ((noise[at] ?? 0) & 63)) & 0xfff, at * 2)
  }
  return pixels
}
