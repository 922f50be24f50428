/** The images of a submission, opened: what each says of itself, and the row it gets. On the wire a document has an id of its own. */
import type { ReadManifest } from "../../standards/dicom/kos.ts"
import { dataSetStart, MAX_FILE_META_BYTES, PART10_START_BYTES } from "../../standards/dicom/part10.ts"
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import { Malformed } from "../../standards/malformed.ts"
import { clearRange, headerOf } from "../clear-object.ts"
import { studyHeaderOf } from "../header.ts"
import type { ReadableObject } from "../ports/spool.ts"
import { imageHeader } from "../read/images.ts"
import { instanceRecord } from "../receive/arrival.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { StudyHeader, StudyRecord } from "../records/study.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import type { ImageIdentity } from "./study-subject.ts"

export interface OpenedImage {
  /** null: it is in a transfer syntax that is not known here. */
  readonly header: StudyHeader | null
  readonly identity: ImageIdentity
  readonly record: InstanceRecord
}

/** What the hospital's seal says beside the images. */
interface Said {
  readonly asked: ReadingRequest
  readonly manifest: ReadManifest
}

/** @throws Malformed for an image that cannot be read though its transfer syntax is known */
export async function openedImages(
  world: World,
  study: StudyRecord,
  documents: readonly DocumentRecord[],
  said: Said,
): Promise<OpenedImage[]> {
  const images: OpenedImage[] = []
  for (const { role, place } of documents) {
    if (role !== "instance") continue
    const sealed = await world.spool.open(place)
    images.push((await unreadable(world, study, sealed, said)) ?? (await readable(world, study, sealed)))
  }
  return images
}

async function readable(world: World, study: StudyRecord, sealed: ReadableObject): Promise<OpenedImage> {
  const file = await headerOf(world, sealed)
  const header = studyHeaderOf(file.dataSet)
  const named = {
    SOPInstanceUID: file.dataSet.text("SOPInstanceUID"),
    SOPClassUID: file.dataSet.text("SOPClassUID"),
    SeriesInstanceUID: file.dataSet.text("SeriesInstanceUID"),
    TransferSyntaxUID: file.TransferSyntaxUID,
    image: imageHeader(file),
  }
  return {
    header,
    identity: { ...named, StudyInstanceUID: header.StudyInstanceUID, PatientID: header.patient.PatientID },
    record: { ...instanceRecord(study.id, { sealed, conflict: false }), private: named },
  }
}

/**
 * An image whose transfer syntax nobody here knows: which one it is says its group 0002, of which patient and series the
 * hospital under its seal. It is kept and counted; nothing of it is ever shown. null for any other.
 */
async function unreadable(
  { syntaxOf }: World,
  study: StudyRecord,
  sealed: ReadableObject,
  { asked, manifest }: Said,
): Promise<OpenedImage | null> {
  const start = dataSetStart(await clearRange(sealed, 0, PART10_START_BYTES + MAX_FILE_META_BYTES))
  if (start === null) throw new Malformed("META_LENGTH", "PS3.10 7.1", "the file ends inside group 0002")
  if (syntaxOf(start.TransferSyntaxUID) !== null) return null
  const SOPInstanceUID = start.MediaStorageSOPInstanceUID
  const series = manifest.studies
    .flatMap((each) => each.series)
    .find(({ instances }) => instances.some((each) => each.SOPInstanceUID === SOPInstanceUID))
  const named = {
    SOPInstanceUID,
    SOPClassUID: start.MediaStorageSOPClassUID,
    SeriesInstanceUID: series?.SeriesInstanceUID ?? "",
    TransferSyntaxUID: start.TransferSyntaxUID,
    image: null,
  }
  const { StudyInstanceUID } = study.private
  return {
    header: null,
    identity: { ...named, StudyInstanceUID, PatientID: asked.patient.PatientID },
    record: { ...instanceRecord(study.id, { sealed, conflict: false }), private: named },
  }
}
