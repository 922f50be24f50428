/**
 * The manifest of a ZIP that brings none, as most do that nobody made for a reading centre: written here, of the objects that
 * are in it. A ZIP that is cut off is none, so nothing else has to say whether all are here.
 */
import { sharedAttributes, writeManifest, type ManifestSeries } from "../../standards/dicom/kos.ts"
import { Malformed } from "../../standards/malformed.ts"
import { headerOf } from "../clear-object.ts"
import { KEY_OBJECT_SELECTION, MIME } from "../codes.ts"
import { localDateTime } from "../local-day.ts"
import type { ObjectMeta, Segment } from "../ports/spool.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import type { Received } from "./custody.ts"
import type { Inbound } from "./inbound.ts"
import { takeClear } from "./take-clear.ts"

/** What is no ZIP, or has a manifest, stays as it is. Throws AcceptanceError InvalidDocumentContent for what nobody can read. */
export async function withManifest(
  world: World,
  inbound: Inbound,
  segment: Segment,
  received: readonly Received[],
): Promise<readonly Received[]> {
  const zip = received.find(({ role }) => role === "zip")
  if (zip === undefined || received.some(({ role }) => role === "manifest")) return received
  const { uniqueId: within, entryUUID } = zip.entry
  try {
    const { SOPInstanceUID: uniqueId, file } = await written(world, received)
    const meta: ObjectMeta = {
      ...zip.object.facts.meta,
      uniqueId,
      SOPClassUID: KEY_OBJECT_SELECTION,
      mimeType: MIME.dicom,
      source: inbound.agreement.id,
    }
    const object = await takeClear(segment, { uniqueId, mimeType: MIME.dicom }, meta, one(file))
    // What replaces the ZIP replaces what it says.
    const sent = { hash: "", sizeBytes: 0 }
    return [...received, { entry: { uniqueId, entryUUID }, within, sent, role: "manifest", object }]
  } catch (error) {
    throw error instanceof Malformed ? contentFault(within, error) : error
  }
}

async function written(world: World, received: readonly Received[]) {
  const instances = received.filter(({ role }) => role === "instance")
  const series = new Map<string, ManifestSeries["instances"][number][]>()
  let shared = null
  for (const { object } of instances) {
    const { dataSet } = await headerOf(world, await world.spool.open(object.place))
    shared ??= sharedAttributes(dataSet)
    const SeriesInstanceUID = dataSet.text("SeriesInstanceUID")
    const named = { SOPClassUID: dataSet.text("SOPClassUID"), SOPInstanceUID: dataSet.text("SOPInstanceUID") }
    series.set(SeriesInstanceUID, [...(series.get(SeriesInstanceUID) ?? []), named])
  }
  if (shared === null) throw new Malformed("KOS_EMPTY", "RAD TF-3 4.68", "no image is in it")
  return writeManifest(
    {
      shared,
      series: [...series].map(([SeriesInstanceUID, members]) => ({ SeriesInstanceUID, instances: members })),
      contentDateTime: localDateTime(world.clock.now(), world.site.timeZone),
      manufacturer: "Dokuei",
      aeTitle: "DOKUEI",
    },
    world.chance.bytes(32),
  )
}

async function* one(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(file)
}
