/** A study's images for the reading screen: metadata and frames, each read by range from its sealed object. */
import { readPart10, type ReadFile } from "../../standards/dicom/data-set.ts"
import { HTJ2K_LOSSLESS_RPCL } from "../../standards/dicom/recode/recoding.ts"
import { isOfDicom } from "../../standards/dicom/uid.ts"
import { levelEndBytes, withoutPadding } from "../../standards/dicomweb/codestream.ts"
import {
  joinFragments,
  frameOfWholeFile,
  locateFrame,
  type FramePlaceInFile,
} from "../../standards/dicomweb/frame-place.ts"
import { instanceMetadata, unreadMetadata } from "../../standards/dicomweb/metadata.ts"
import { frameFacts, storedFrame, type NativeFrame } from "../../standards/dicomweb/native-frame.ts"
import { defaultWindow, type Window } from "../../standards/dicomweb/window.ts"
import { Malformed } from "../../standards/malformed.ts"
import { clearRange, headerOf, MAX_HEADER_BYTES } from "../clear-object.ts"
import { found, only } from "../desk-guards.ts"
import { DeskError, DrawError } from "../errors.ts"
import { isLive } from "../live-slot.ts"
import type { Person } from "../ports/person.ts"
import type { CaseStudy, EncodedFrame, ReadingDesk } from "../ports/reading-desk.ts"
import type { ObjectPlace, ReadableObject } from "../ports/spool.ts"
import { readWhole } from "../read-whole.ts"
import type { ImageHeader, InstanceRecord } from "../records/instance.ts"
import type { StudyRecord } from "../records/study.ts"
import { selected } from "../assemble/selection.ts"
import type { World } from "../world.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** Lossless, lossless RPCL, and either (PS3.5 A.4.11). */
const HTJ2K = new Set(["1.2.840.10008.1.2.4.201", HTJ2K_LOSSLESS_RPCL, "1.2.840.10008.1.2.4.203"])

type ImageDesk = Pick<ReadingDesk, "metadata" | "frame" | "rendered">

export function imageDesk(world: World): ImageDesk {
  return {
    metadata: async (person, named, SeriesInstanceUID) => {
      const study = await openStudy(world, person, named)
      const instances = selected(study, await world.ledger.instances(study.id)).filter(
        (each) => SeriesInstanceUID === null || each.private.SeriesInstanceUID === SeriesInstanceUID,
      )
      const items: object[] = []
      for (const each of instances) items.push(await metadataOf(world, study, each))
      return items
    },
    frame: async (person, named, SOPInstanceUID, frame) => {
      const { place } = await openInstance(world, person, named, SOPInstanceUID)
      return encodedFrame(world, place, frame)
    },
    rendered: async (person, named, SOPInstanceUID, frame, center, width) => {
      const { place } = await openInstance(world, person, named, SOPInstanceUID)
      const window = center === null || width === null ? null : { center, width }
      return renderedFrame(world, place, frame, window)
    },
  }
}

async function metadataOf(world: World, study: StudyRecord, instance: InstanceRecord): Promise<object> {
  const { TransferSyntaxUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID } = instance.private
  if (world.syntaxOf(TransferSyntaxUID) !== null)
    return instanceMetadata((await header(world, instance.place)).dataSet)
  const { StudyInstanceUID } = study.private
  const uids = { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID }
  return unreadMetadata({ ...uids, AvailableTransferSyntaxUID: TransferSyntaxUID })
}

/** Among the studies of this case, and of no other: the target, or what it is to be compared with. */
async function openStudy(world: World, person: Person, named: CaseStudy): Promise<StudyRecord> {
  only(person, "radiologist")
  const request = found(await world.ledger.request(named.requestId), "case")
  for (const { studyId } of request.studies) {
    const study = await world.ledger.study(studyId)
    if (study?.agreement !== request.agreement || study.state === "expired" || study.state === "quarantined")
      continue
    if (study.private.StudyInstanceUID === named.StudyInstanceUID) return study
  }
  throw new DeskError("ERR_NOT_FOUND", "no such study in this case")
}

async function openInstance(
  world: World,
  person: Person,
  named: CaseStudy,
  SOPInstanceUID: string,
): Promise<InstanceRecord> {
  const study = await openStudy(world, person, named)
  const instance = found(await instanceOf(world, study, SOPInstanceUID), "instance")
  const { TransferSyntaxUID } = instance.private
  if (world.syntaxOf(TransferSyntaxUID) === null)
    throw new DrawError("ERR_FRAME_UNSUITABLE", `transfer syntax ${TransferSyntaxUID} is not known here`)
  return instance
}

/** The image of this UID that counts; null also for one that was withdrawn. */
export async function instanceOf(
  world: World,
  study: StudyRecord,
  SOPInstanceUID: string,
): Promise<InstanceRecord | null> {
  const copies = selected(study, await world.ledger.instancesByUid(study.id, SOPInstanceUID))
  return copies[0] ?? null
}

/** The file up to Pixel Data. Throws Malformed when it has no readable header. */
export const header = async (world: World, place: ObjectPlace): Promise<ReadFile> =>
  headerOf(world, await world.spool.open(place))

/** What the reading screen sorts by; null for objects without such attributes. */
export function imageHeader({ dataSet }: ReadFile): ImageHeader {
  return {
    Modality: dataSet.text("Modality"),
    SeriesNumber: dataSet.number("SeriesNumber") ?? 0,
    SeriesDescription: dataSet.text("SeriesDescription"),
    InstanceNumber: dataSet.number("InstanceNumber") ?? 0,
    NumberOfFrames: dataSet.number("NumberOfFrames") ?? 1,
  }
}

/** The stored bytes of one frame, and how they are written. */
async function storedBytes(
  world: World,
  place: ObjectPlace,
  frame: number,
): Promise<{ file: ReadFile; bytes: Uint8Array; native: boolean }> {
  const object = await world.spool.open(place)
  const { file, where } = await located(world, object, frame)
  if (where.kind === "native" || where.kind === "at-hand") onlyKnownSamples(file)
  switch (where.kind) {
    case "native":
      return { file, native: true, bytes: await clearRange(object, where.startBytes, where.endBytes) }
    case "at-hand":
      return { file, native: true, bytes: where.bytes }
    case "encapsulated": {
      const end = where.endBytes ?? object.facts.clearLengthBytes
      return { file, native: false, bytes: joinFragments(await clearRange(object, where.startBytes, end)) }
    }
    case "more":
    case "whole-file": {
      const whole = readPart10(await readWhole(world.spool, place), { syntaxOf: world.syntaxOf })
      return { file, native: false, bytes: frameOfWholeFile(whole, frame) }
    }
  }
}

/** In a maker's own transfer syntax even native samples may lie otherwise than the header says: no picture is made of them. */
function onlyKnownSamples({ TransferSyntaxUID, syntax }: ReadFile): void {
  if (!isOfDicom(TransferSyntaxUID))
    throw new DrawError("ERR_FRAME_UNSUITABLE", `pixels in ${syntax.name} are not decoded here`)
}

/** The offset table may lie beyond the prefix that held the header. */
async function located(
  world: World,
  object: ReadableObject,
  frame: number,
): Promise<{ file: ReadFile; where: FramePlaceInFile }> {
  const file = await headerOf(world, object)
  const where = locateFrame(file, frame)
  if (where.kind !== "more") return { file, where }
  const longer = await headerOf(world, object, MAX_HEADER_BYTES, where.lengthBytes)
  return { file: longer, where: locateFrame(longer, frame) }
}

async function encodedFrame(world: World, place: ObjectPlace, frame: number): Promise<EncodedFrame> {
  const kept = world.frames.get(place, frame)
  if (kept !== null) return kept
  const { file, bytes, native } = await storedBytes(world, place, frame)
  const made = native ? await recoded(world, file, bytes, frame) : asStored(file, bytes)
  // Its term may have ended while it was coded.
  if (isLive(world, place.slotId)) world.frames.put(place, frame, made)
  return made
}

/** Already compressed: handed on as it is, under its own transfer syntax. */
function asStored({ TransferSyntaxUID }: ReadFile, bytes: Uint8Array): EncodedFrame {
  const mediaType = MEDIA_TYPES[TransferSyntaxUID]
  if (!HTJ2K.has(TransferSyntaxUID))
    return answer(mediaType ?? "application/octet-stream", TransferSyntaxUID, bytes, [])
  const codestream = withoutPadding(bytes)
  return answer("image/jphc", TransferSyntaxUID, codestream, levels(codestream))
}

/** Only what we code ourselves is surely cut at its resolutions. */
function levels(codestream: Uint8Array): readonly number[] {
  try {
    return levelEndBytes(codestream)
  } catch (error) {
    if (error instanceof Malformed) return [codestream.length]
    throw error
  }
}

/** PS3.18 table 8.7.3-5. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2.4.50": "image/jpeg",
  "1.2.840.10008.1.2.4.51": "image/jpeg",
  "1.2.840.10008.1.2.4.57": "image/jpeg",
  "1.2.840.10008.1.2.4.70": "image/jpeg",
  "1.2.840.10008.1.2.4.80": "image/jls",
  "1.2.840.10008.1.2.4.81": "image/jls",
  "1.2.840.10008.1.2.4.90": "image/jp2",
  "1.2.840.10008.1.2.4.91": "image/jp2",
  "1.2.840.10008.1.2.4.201": "image/jphc",
  "1.2.840.10008.1.2.4.202": "image/jphc",
  "1.2.840.10008.1.2.4.203": "image/jphc",
  "1.2.840.10008.1.2.5": "image/dicom-rle",
}

async function recoded(
  world: World,
  file: ReadFile,
  bytes: Uint8Array,
  frame: number,
): Promise<EncodedFrame> {
  const { frame: native } = storedFrame(file, bytes, frame)
  const { codestream, levelEndBytes } = await world.draughtsman.encodeFrame(native)
  return answer("image/jphc", HTJ2K_LOSSLESS_RPCL, codestream, levelEndBytes)
}

function answer(
  mediaType: string,
  TransferSyntaxUID: string,
  bytes: Uint8Array,
  levelEndBytes: readonly number[],
): EncodedFrame {
  const sha256 = sha256Hex(bytes)
  return { mediaType, TransferSyntaxUID, bytes, levelEndBytes, sha256 }
}

/** One frame through a window as PNG; the frame's own window when none is given. */
export async function renderedFrame(
  world: World,
  place: ObjectPlace,
  frame: number,
  window: Window | null,
): Promise<Uint8Array> {
  const { file, bytes, native } = await storedBytes(world, place, frame)
  if (!native && !HTJ2K.has(file.TransferSyntaxUID))
    throw new Malformed(
      "RENDERED_COMPRESSED",
      "PS3.18 8.7.4",
      "of compressed frames only HTJ2K is rendered here",
    )
  const stored: NativeFrame = native
    ? storedFrame(file, bytes, frame).frame
    : await world.draughtsman.decodeFrame({ ...frameFacts(file, frame), codestream: withoutPadding(bytes) })
  const { center, width } = window ?? defaultWindow(file.dataSet, stored, frame)
  return world.draughtsman.renderFrame(stored, center, width)
}
