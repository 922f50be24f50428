/**
 * A hospital takes back a study it should not have sent: which one, who says so and why. The recipient destroys its copy
 * and accounts for it.
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed } from "./closed-element.ts"
import {
  actorElement,
  organizationElement,
  readActor,
  readOrganization,
  type Actor,
  type Organization,
} from "./party.ts"

export const RECALL_NAMESPACE = "urn:dokuei:recall:1"

export interface Recall {
  /** OID of this document. */
  readonly documentId: string
  readonly StudyInstanceUID: string
  readonly requestNumber: string
  /** As it was written; never empty. */
  readonly reason: string
  readonly by: Actor
  readonly institution: Organization
  /** ISO 8601 with zone. */
  readonly at: string
}

/** The document; equal values give equal bytes. Throws what `readRecall` throws: what cannot be read is not signed. */
export function writeRecall({ documentId, StudyInstanceUID, requestNumber, ...said }: Recall): Uint8Array {
  const root = element(
    "Recall",
    { xmlns: RECALL_NAMESPACE, documentId, at: said.at },
    element("Study", { StudyInstanceUID, requestNumber }),
    element("Reason", {}, said.reason),
    actorElement("By", said.by),
    organizationElement("Institution", said.institution),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  readRecall(bytes)
  return bytes
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readRecall(bytes: Uint8Array): Recall {
  const root = readClosed(bytes, RECALL_NAMESPACE, "Recall")
  const study = root.required("Study")
  const recall: Recall = {
    documentId: root.uid("documentId"),
    at: root.instant("at"),
    StudyInstanceUID: study.attribute("StudyInstanceUID"),
    requestNumber: study.attribute("requestNumber"),
    reason: root.required("Reason").content(),
    by: readActor(root.required("By")),
    institution: readOrganization(root.required("Institution")),
  }
  study.finish()
  root.finish()
  if (recall.reason.trim() === "") throw root.fault("NOTICE_VALUE", "a recall gives its reason")
  return recall
}
