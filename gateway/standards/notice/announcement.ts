/**
 * A part of a study says what the whole is going to be: how many images, how urgent, and when its report is due. For whoever
 * waits while the rest is on the line; what counts is the manifest that comes last.
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed } from "./closed-element.ts"

export const ANNOUNCEMENT_NAMESPACE = "urn:dokuei:announcement:1"

/** DICOM Requested Procedure Priority as far as it is used (PS3.3 C.4.11). */
const PRIORITIES = ["STAT", "HIGH", "ROUTINE"] as const

export interface Announcement {
  /** OID of this document. */
  readonly documentId: string
  readonly StudyInstanceUID: string
  /** The same in every part of one delivery. */
  readonly delivery: string
  /** Of the whole study, as far as its sender knew when it made this part. */
  readonly images: number
  readonly urgency: (typeof PRIORITIES)[number]
  /** ISO 8601 with zone. */
  readonly requestedAt: string
  readonly dueAt: string
}

/** The document; equal values give equal bytes. Throws what `readAnnouncement` throws: what cannot be read is not signed. */
export function writeAnnouncement({ documentId, ...said }: Announcement): Uint8Array {
  const { StudyInstanceUID, delivery, images, urgency, requestedAt, dueAt } = said
  const root = element(
    "Announcement",
    { xmlns: ANNOUNCEMENT_NAMESPACE, documentId },
    element("Study", { StudyInstanceUID, delivery, images }),
    element("Request", { urgency, requestedAt, dueAt }),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  readAnnouncement(bytes)
  return bytes
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readAnnouncement(bytes: Uint8Array): Announcement {
  const root = readClosed(bytes, ANNOUNCEMENT_NAMESPACE, "Announcement")
  const study = root.required("Study")
  const request = root.required("Request")
  const announcement: Announcement = {
    documentId: root.uid("documentId"),
    StudyInstanceUID: study.uid("StudyInstanceUID"),
    delivery: study.attribute("delivery"),
    images: study.count("images"),
    urgency: request.oneOf("urgency", PRIORITIES),
    requestedAt: request.instant("requestedAt"),
    dueAt: request.instant("dueAt"),
  }
  for (const each of [study, request, root]) each.finish()
  return announcement
}
