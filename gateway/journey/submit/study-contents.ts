/**
 * Study submission: manifest, request document, and the images as they were sealed on arrival; or, of a study that leaves in
 * units, first these one by one, and then manifest and request with the signature that binds them.
 */
import { sharedAttributes, writeManifest, type ManifestSeries } from "../../standards/dicom/kos.ts"
import { writeReadingRequest } from "../../standards/request/reading-request.ts"
import type { Agreement } from "../agreement.ts"
import { isOpenEnded } from "../assemble/open-ended.ts"
import { KEY_OBJECT_SELECTION, MIME } from "../codes.ts"
import { consentContents } from "./consent-document.ts"
import { found } from "../desk-guards.ts"
import { localDateTime } from "../local-day.ts"
import { header } from "../read/images.ts"
import { closingSignature } from "./closing-signature.ts"
import { counted, deliveryOf, nextOf, type Delivery } from "./delivery.ts"
import type { Content } from "./pack.ts"
import type { Contents, ContentsOf, Waits } from "./package.ts"
import { stampRule } from "./stamp-rule.ts"
import { isWithoutImages } from "../packaging.ts"
import { notice } from "../verify/receipt.ts"
import { recodingContents } from "../recode/recoding-document.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { requestDocument } from "./request-document.ts"
import { requestOf, subjectOf, targetOf } from "../subject.ts"
import { imageContents, unitContents } from "./unit-contents.ts"
import type { World } from "../world.ts"

export const studyContents: ContentsOf = async (world, record, agreement) =>
  isOpenEnded(record) ? whileComing(world, record, agreement) : released(world, record, agreement)

const released: ContentsOf = async (world, record, agreement) => {
  const delivery = await deliveryOf(world, record)
  // A unit that left before woke this step; recoding goes on.
  if (record.releasedAt !== undefined && !delivery.left.every((each) => isReady(agreement, each))) {
    world.leftovers.forget(record.id)
    return onceRecoded(world, record, COMING_LOOK_MS)
  }
  const now = nextOf(world, agreement, delivery, record)
  switch (now.kind) {
    case "stopped":
      return { failureCode: now.failureCode }
    case "waits":
      return whileUnderWay(world, record, delivery)
    case "unit":
      keepTheRest(world, record, delivery, now.images.length)
      return oneUnit(world, record, agreement, delivery, now.images)
    case "itself":
      return itself(world, record, agreement, delivery)
  }
}

async function oneUnit(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  delivery: Delivery,
  images: readonly InstanceRecord[],
): Promise<Contents> {
  const made = await unitContents(world, record, await requestOf(world, record), delivery, images, agreement)
  return { ...made, subject: await subjectOf(world, record, agreement), signs: [], replaces: [] }
}

/** Of a study that is not released yet: full units, of images that are ready to travel. */
const whileComing: ContentsOf = async (world, record, agreement) => {
  const study = found(await world.ledger.study(record.studyId ?? ""), "study")
  const request = await requestOf(world, record)
  if (targetOf(request) !== study.id) return { failureCode: "ERR_OTHER_SUBJECT" }
  const waits = onceRecoded(world, record, study.state === "arriving" ? COMING_LOOK_MS : RELEASE_LOOK_MS)
  if ((study.conflicts ?? 0) > 0) return waits
  const delivery = await deliveryOf(world, record)
  const ready = { ...delivery, left: delivery.left.filter((each) => isReady(agreement, each)) }
  const now = nextOf(world, agreement, ready, record)
  if (now.kind === "stopped") return { failureCode: now.failureCode }
  if (now.kind !== "unit") return waits
  // What is not decided yet is read anew.
  if (ready.left.length === delivery.left.length) keepTheRest(world, record, delivery, now.images.length)
  return oneUnit(world, record, agreement, ready, now.images)
}

/** How it travels is decided. */
const isReady = (agreement: Agreement, { recoding }: InstanceRecord): boolean =>
  agreement.recoding === "none" || recoding !== null

/** Who releases it while it is looked at has put a job that must not wait. */
const onceRecoded = (world: World, { id, releasedAt }: SubmissionRecord, afterMs: number): Waits => ({
  isStill: async () => (await world.ledger.submission(id))?.releasedAt === releasedAt,
  again: { afterMs, by: "recode" },
})
/** Images come, and are recoded, meanwhile. */
const COMING_LOOK_MS = 5_000
/** A person has to say something; who releases it wakes it. */
const RELEASE_LOOK_MS = 60_000

/** Until one more of its units has come to its end. */
function whileUnderWay(world: World, { id }: SubmissionRecord, { units, seen }: Delivery): Waits {
  return { isStill: async () => (await world.ledger.unitsOf(id, seen.erasedAt)).underWay === units.underWay }
}

/** For the next unit, once this one is made. */
function keepTheRest(
  { leftovers }: World,
  { id }: SubmissionRecord,
  { seen, brings, left }: Delivery,
  taken: number,
): void {
  leftovers.keep(id, { ...seen, unitsMade: seen.unitsMade + 1 }, { brings, left: left.slice(taken) })
}

/** Something came or went while its units were looked at: once more, at once. */
const ONCE_MORE: Waits = { isStill: () => Promise.resolve(false) }

/** With the images that are in no unit: all of them, or none. */
async function itself(
  world: World,
  record: SubmissionRecord,
  agreement: Agreement,
  delivery: Delivery,
): Promise<Contents | Waits> {
  const { study, units, seen } = delivery
  world.leftovers.forget(record.id)
  const { counting, left } = delivery.whole ?? (await counted(world, record, study, seen))
  if (units.made > 0 && left.length > 0) return ONCE_MORE
  const request = await requestOf(world, record)
  const manifest = await manifestOf(world, counting, agreement)
  const slip = await slipOf(world, request, delivery, agreement)
  const signatures = await world.ledger.signaturesOfUnits(record.id, seen.erasedAt)
  const rule = await stampRule(world, record)
  const closing = await closingSignature(world, agreement, rule, [manifest, slip], signatures)
  return {
    ...closing,
    subject: await subjectOf(world, record, agreement),
    contents: [
      manifest,
      slip,
      ...consentContents(world, request, study, agreement),
      ...closing.contents,
      ...(units.made === 0 ? recodingContents(world, study, left) : []),
      ...(isWithoutImages(agreement) ? [] : await imageContents(world, left, agreement)),
    ],
    replaces: await earlierManifest(world, record, manifest.uniqueId),
  }
}

type Written = Content & { readonly body: { readonly bytes: Uint8Array } }

/** For who reads documents of ours; else on paper. */
async function slipOf(
  world: World,
  request: RequestRecord,
  { study }: Delivery,
  agreement: Agreement,
): Promise<Written> {
  const isOnPaper = isWithoutImages(agreement)
  const form = notice(world, isOnPaper ? "attachment" : "request", "読影依頼票", new Uint8Array(0))
  const asked = requestDocument(world, request, study, agreement, form.uniqueId)
  if (!isOnPaper) return { ...form, body: { bytes: writeReadingRequest(asked) } }
  return { ...form, mimeType: MIME.pdf, body: { bytes: await world.draughtsman.renderRequest(asked) } }
}

async function manifestOf(
  world: World,
  counting: readonly InstanceRecord[],
  { packaging: { retrieve } }: Agreement,
): Promise<Written> {
  const [first] = counting
  const { dataSet } = await header(world, found(first, "instance").place)
  const { SOPInstanceUID, file } = writeManifest(
    {
      shared: sharedAttributes(dataSet),
      series: seriesOf(counting),
      ...(retrieve === undefined ? {} : { retrieve }),
      contentDateTime: localDateTime(world.clock.now(), world.site.timeZone),
      manufacturer: "Dokuei",
      aeTitle: "DOKUEI",
    },
    world.chance.bytes(32),
  )
  return {
    ...notice(world, "manifest", "Manifest", file),
    uniqueId: SOPInstanceUID,
    mimeType: MIME.dicom,
    SOPClassUID: KEY_OBJECT_SELECTION,
    SOPInstanceUID,
    body: { bytes: file },
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
