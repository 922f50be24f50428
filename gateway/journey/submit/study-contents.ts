/** A study on its way: manifest, request and every instance. */
import { localDateTime } from "../local-day.ts"
import { sharedAttributes, writeManifest, type ManifestSeries } from "../../standards/dicom/kos.ts"
import { writeReadingRequest } from "../../standards/request/reading-request.ts"
import { KEY_OBJECT_SELECTION, MIME } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { uuidOid } from "../ids.ts"
import { InstanceError } from "../errors.ts"
import { header } from "../read/images.ts"
import type { Content } from "./pack.ts"
import type { ContentsOf } from "./package.ts"
import { notice } from "../verify/receipt.ts"
import { recodingContents, travelling } from "../recode/recoding-document.ts"
import type { InstanceRecord, SubmissionRecord } from "../records.ts"
import { requestDocument } from "./request-document.ts"
import { openConflicts, selected } from "../assemble/selection.ts"
import { arrivedThere, notThere } from "../assemble/supplement.ts"
import { requestOf, subjectOf } from "../subject.ts"
import type { World } from "../world.ts"

export const studyContents: ContentsOf = async (world, record, agreement) => {
  const study = found(record.studyId === null ? null : await world.ledger.study(record.studyId), "study")
  const all = await world.ledger.instances(study.id)
  if (openConflicts(study, all).length > 0)
    throw new InstanceError("ERR_INSTANCE_COPIES", "copies of an image contradict each other")
  const counting = selected(study, all)
  const [first] = counting
  const request = await requestOf(world, record)
  const there = await arrivedThere(world, study, request.id, record.id)
  // What the other side has is named by the manifest and does not travel again.
  const instances = there === null || there === "open" ? counting : notThere(there, counting)
  const images: Content[] = []
  for (const instance of instances) images.push(await imageContent(world, instance))
  const file = await header(world, found(first, "instance").place)
  const manifest = writeManifest(
    {
      shared: sharedAttributes(file.dataSet),
      series: seriesOf(counting),
      contentDateTime: localDateTime(world.clock.now(), world.site.timeZone),
      manufacturer: "Dokuei",
      aeTitle: "DOKUEI",
    },
    world.chance.bytes(32),
  )
  const form = notice(world, "request", "読影依頼票", new Uint8Array(0))
  const slip = {
    ...form,
    body: { bytes: writeReadingRequest(requestDocument(world, request, study, agreement, form.uniqueId)) },
  }
  return {
    subject: await subjectOf(world, record, agreement),
    contents: [
      manifestContent(world, manifest),
      slip,
      ...recodingContents(world, study, instances),
      ...images,
    ],
    signs: [],
    replaces: await earlierManifest(world, record, manifest.SOPInstanceUID),
  }
}

/** Images that came late are sent with a new manifest, which replaces the one before; never appended (domain.md 5). */
async function earlierManifest(
  world: World,
  record: SubmissionRecord,
  uniqueId: string,
): Promise<{ uniqueId: string; entryUUID: string }[]> {
  const { requestId } = record
  const earlier = requestId === null ? [] : await world.ledger.submissionsOf({ requestId })
  const sent = earlier.findLast(
    ({ kind, direction, acceptedAt, state }) =>
      kind === "study" && direction === "out" && acceptedAt !== null && state !== "failed",
  )
  const documents = sent === undefined ? [] : await world.ledger.documents(sent.id)
  const manifest = documents.find((each) => each.role === "manifest")
  return manifest === undefined ? [] : [{ uniqueId, entryUUID: manifest.entryUUID }]
}

async function imageContent(world: World, instance: InstanceRecord): Promise<Content> {
  const { SOPClassUID, SOPInstanceUID } = instance.private
  return {
    role: "instance",
    // Fresh per sealing and recipient set; the SOP Instance UID stands in referenceIdList (domain.md 3).
    uniqueId: uuidOid(world.chance),
    title: "",
    mimeType: MIME.dicom,
    SOPClassUID,
    SOPInstanceUID,
    createdAt: new Date(instance.receivedAt),
    purposes: [],
    legalAuthenticator: null,
    body: { sealed: await world.spool.open(travelling(instance).place) },
  }
}

function manifestContent(
  world: World,
  manifest: { readonly SOPInstanceUID: string; readonly file: Uint8Array },
): Content {
  return {
    ...notice(world, "manifest", "Manifest", manifest.file),
    uniqueId: manifest.SOPInstanceUID,
    mimeType: MIME.dicom,
    SOPClassUID: KEY_OBJECT_SELECTION,
    SOPInstanceUID: manifest.SOPInstanceUID,
  }
}

function seriesOf(instances: readonly InstanceRecord[]): ManifestSeries[] {
  const bySeries = Map.groupBy(instances, (each) => each.private.SeriesInstanceUID)
  return [...bySeries].map(([SeriesInstanceUID, members]) => ({
    SeriesInstanceUID,
    instances: members.map(({ private: { SOPClassUID, SOPInstanceUID } }) => ({
      SOPClassUID,
      SOPInstanceUID,
    })),
  }))
}
