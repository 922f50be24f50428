/** A unit: some images of a study, what was recoded of them, what the whole is going to be, and the patient's consent. */
import { writeAnnouncement } from "../../standards/notice/announcement.ts"
import type { Agreement } from "../agreement.ts"
import { MIME } from "../codes.ts"
import { uuidOid } from "../ids.ts"
import { isKnownBySopInstance } from "../packaging.ts"
import { consentContents } from "./consent-document.ts"
import type { Content } from "./pack.ts"
import { notice } from "../verify/receipt.ts"
import { recodingContents, travelling } from "../recode/recoding-document.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { lengthOf, type Delivery } from "./delivery.ts"
import type { World } from "../world.ts"

export async function unitContents(
  world: World,
  closing: SubmissionRecord,
  request: RequestRecord,
  delivery: Delivery,
  images: readonly InstanceRecord[],
  agreement: Agreement,
): Promise<{ readonly contents: readonly Content[]; readonly unit: { readonly bytesLeft: number } }> {
  const bytesOf = (some: readonly InstanceRecord[]): number =>
    some.reduce((sum, each) => sum + lengthOf(each), 0)
  return {
    contents: [
      announcement(world, closing, request, delivery),
      ...consentContents(world, request, delivery.study, agreement),
      ...recodingContents(world, delivery.study, images),
      ...(await imageContents(world, images, agreement)),
    ],
    unit: { bytesLeft: bytesOf(delivery.left) - bytesOf(images) },
  }
}

function announcement(
  world: World,
  { id }: SubmissionRecord,
  { urgency, requestedAt, dueAt }: RequestRecord,
  { study, brings }: Delivery,
): Content {
  const form = notice(world, "announcement", "Announcement", new Uint8Array(0))
  const bytes = writeAnnouncement({
    documentId: form.uniqueId,
    StudyInstanceUID: study.private.StudyInstanceUID,
    delivery: id,
    images: brings,
    urgency,
    requestedAt,
    dueAt,
  })
  return { ...form, body: { bytes } }
}

export async function imageContents(
  world: World,
  images: readonly InstanceRecord[],
  agreement: Agreement,
): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const image of images) contents.push(await imageContent(world, image, agreement))
  return contents
}

async function imageContent(world: World, instance: InstanceRecord, agreement: Agreement): Promise<Content> {
  const { SOPClassUID, SOPInstanceUID } = instance.private
  return {
    role: "instance",
    // Else fresh per sealing and recipient set; the SOP Instance UID stands in referenceIdList (domain.md 3).
    uniqueId: isKnownBySopInstance(agreement) ? SOPInstanceUID : uuidOid(world.chance),
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
