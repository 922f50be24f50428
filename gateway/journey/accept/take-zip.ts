/**
 * Take ZIP: a document that holds the DICOM files of a study. It is sealed whole while it comes, then read by its directory, and
 * each DICOM file in it sealed again as an object of its own; then the whole one goes. What stays of it is its directory. A
 * file that is no DICOM, such as a viewer for the ward, is looked at for its CRC-32 and not kept.
 */
import { collected } from "../../standards/collected.ts"
import { comparable, MAX_DICOMDIR_BYTES, readDicomdir } from "../../standards/dicom/dicomdir.ts"
import { dataSetStart, MAX_FILE_META_BYTES, PART10_START_BYTES } from "../../standards/dicom/part10.ts"
import { MEDIA_STORAGE_DIRECTORY } from "../../standards/dicom/sop-classes.ts"
import { isTolerableUid } from "../../standards/dicom/uid.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { readZipDirectory, type ZipDirectory } from "../../standards/zip/directory.ts"
import { zipFiles } from "../../standards/zip/files.ts"
import { KEY_OBJECT_SELECTION } from "../codes.ts"
import { clearRange } from "../clear-object.ts"
import type { ReadableObject, SealedObject, Segment } from "../ports/spool.ts"
import type { World } from "../world.ts"
import { metaOf } from "./adopt.ts"
import { contentFault } from "./content-fault.ts"
import type { Received } from "./custody.ts"
import type { Inbound } from "./inbound.ts"
import { takeClear } from "./take-clear.ts"

export interface TakenZip {
  /** Its directory, from there to its end as it came. */
  readonly object: SealedObject
  readonly inside: readonly Received[]
}

/** Throws AcceptanceError InvalidDocumentContent, with the ZIP's uniqueId as codeContext; SpoolError as it comes. */
export async function takeZip(
  world: World,
  inbound: Inbound,
  segment: Segment,
  entry: DocumentEntry,
  octets: AsyncIterable<Uint8Array>,
): Promise<TakenZip> {
  const meta = metaOf(world, inbound, entry)
  // Of its own, so that it can go; a crash before that leaves a segment nobody names, which goes at the next start.
  const carrier = await world.spool.openSegment(segment.slotId)
  try {
    const { place } = await takeClear(carrier, entry, meta, octets)
    return await unpacked(world, inbound, segment, entry, await world.spool.open(place))
  } catch (error) {
    throw error instanceof Malformed ? contentFault(entry.uniqueId, error) : error
  } finally {
    await carrier.close()
    await world.spool.discardSegment(carrier.slotId, carrier.segmentId)
  }
}

async function unpacked(
  world: World,
  inbound: Inbound,
  segment: Segment,
  entry: DocumentEntry,
  whole: ReadableObject,
): Promise<TakenZip> {
  const directory = await readZipDirectory({
    lengthBytes: whole.facts.clearLengthBytes,
    range: (start, end) => clearRange(whole, start, end),
  })
  const unpacking = new Unpacking(world, inbound, segment, entry)
  for await (const { entry: file, octets } of zipFiles(
    directory,
    whole.clear({ start: 0, end: directory.offset }),
  ))
    if (!file.isFolder) await unpacking.take(file.comparable, octets)
  unpacking.checkNamed(directory)
  if (unpacking.inside.length === 0) throw contentFault(entry.uniqueId, "no DICOM file is in it")
  const kept = whole.clear({ start: directory.offset, end: whole.facts.clearLengthBytes })
  return {
    object: await takeClear(segment, entry, metaOf(world, inbound, entry), kept),
    inside: unpacking.inside,
  }
}

/** What was not sent by itself was not transmitted by itself. */
const NOT_SENT = { hash: "", sizeBytes: 0 }

class Unpacking {
  readonly inside: Received[] = []
  readonly #world: World
  readonly #inbound: Inbound
  readonly #segment: Segment
  readonly #entry: DocumentEntry
  /** Paths its DICOMDIR names. */
  readonly #named = new Set<string>()
  /** SOP Instance UID → SHA-256 of the data set, hex. */
  readonly #digests = new Map<string, string>()

  constructor(world: World, inbound: Inbound, segment: Segment, entry: DocumentEntry) {
    this.#world = world
    this.#inbound = inbound
    this.#segment = segment
    this.#entry = entry
  }

  /** @param path comparable */
  async take(path: string, octets: AsyncGenerator<Uint8Array>): Promise<void> {
    const head = await headOf(octets)
    if (!isDicom(head)) return
    const start = dataSetStart(head)
    if (start === null) throw this.#fault("the header of a DICOM file in it is cut off")
    if (start.MediaStorageSOPClassUID === MEDIA_STORAGE_DIRECTORY) await this.#list(path, head, octets)
    else await this.#seal(start.MediaStorageSOPInstanceUID, start.MediaStorageSOPClassUID, head, octets)
  }

  /** Its DICOMDIR may name less than is in it, not more. */
  checkNamed({ entries }: ZipDirectory): void {
    const here = new Set(entries.map(({ comparable: path }) => comparable(path.split("/"))))
    const missing = [...this.#named].filter((each) => !here.has(each)).length
    if (missing > 0) throw this.#fault(`of the files its DICOMDIR names ${missing} are not in it`)
  }

  /** File IDs are relative to the folder the DICOMDIR lies in. */
  async #list(path: string, head: Uint8Array, octets: AsyncGenerator<Uint8Array>): Promise<void> {
    const folder = path.split("/").slice(0, -1)
    const file = await collected(chained(head, octets), MAX_DICOMDIR_BYTES, () =>
      this.#fault("no DICOMDIR is that large"),
    )
    for (const { fileId } of readDicomdir(file)) this.#named.add(comparable([...folder, ...fileId]))
  }

  async #seal(
    SOPInstanceUID: string,
    SOPClassUID: string,
    head: Uint8Array,
    octets: AsyncGenerator<Uint8Array>,
  ): Promise<void> {
    if (!isTolerableUid(SOPInstanceUID)) throw this.#fault("a DICOM file in it has no SOP Instance UID")
    const writer = await this.#segment.begin("submission", new Uint8Array(0))
    for await (const piece of chained(head, octets)) await writer.write(piece)
    const digest = Buffer.from(await writer.dataSetDigest()).toString("hex")
    const known = this.#digests.get(SOPInstanceUID)
    if (known !== undefined) {
      await writer.abort()
      // The same image in two folders is one; two images under one UID nobody could tell apart.
      if (known === digest) return
      throw this.#fault(`two objects in it have the UID ${SOPInstanceUID}`)
    }
    this.#digests.set(SOPInstanceUID, digest)
    const { uniqueId: within, entryUUID } = this.#entry
    const meta = metaOf(this.#world, this.#inbound, this.#entry)
    this.inside.push({
      entry: { uniqueId: SOPInstanceUID, entryUUID },
      within,
      sent: NOT_SENT,
      role: SOPClassUID === KEY_OBJECT_SELECTION ? "manifest" : "instance",
      object: await writer.finish({
        ...meta,
        uniqueId: SOPInstanceUID,
        SOPClassUID,
        mimeType: "application/dicom",
      }),
    })
  }

  #fault(why: string): Error {
    return contentFault(this.#entry.uniqueId, why)
  }
}

const isDicom = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(PART10_START_BYTES - 4, PART10_START_BYTES)).toString("latin1") === "DICM"

/** As much as group 0002 needs; of what is no DICOM no more than shows that. */
async function headOf(octets: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < PART10_START_BYTES + MAX_FILE_META_BYTES) {
    const next = await octets.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
    if (head.length < PART10_START_BYTES) continue
    if (!isDicom(head) || dataSetStart(head) !== null) break
  }
  return head
}

async function* chained(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  yield* rest
}
