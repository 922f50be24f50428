/**
 * Writes the reading request as a document: an entity of its own beside the images, one document per version.
 */
import { organizationElement } from "../notice/party.ts"
import { element, xmlDocument, type Markup } from "../xml/writer.ts"
import { readReadingRequest } from "./read-reading-request.ts"
import {
  READING_REQUEST_NAMESPACE,
  REQUEST_TEXTS,
  type ReadingRequest,
  type RequestedUrgency,
} from "./request-content.ts"

/**
 * The document; equal values give equal bytes.
 *
 * @throws Malformed NOTICE_VALUE, NOTICE_INCOMPLETE for a request the recipient would refuse, XML_CHARACTER
 */
export function writeReadingRequest(request: ReadingRequest): Uint8Array {
  const { documentId, requestId, version, status, requestNumber, requestedAt, setting, parts } = request
  const attributes = { documentId, requestId, version, status, requestNumber, requestedAt, setting, parts }
  const root = element(
    "ReadingRequest",
    { xmlns: READING_REQUEST_NAMESPACE, ...attributes },
    amendment(request),
    parties(request),
    urgency(request.urgency),
    patient(request),
    REQUEST_TEXTS.filter((name) => request.texts[name] !== "").map((name) =>
      element("Text", { name }, request.texts[name]),
    ),
    request.studies.map(({ role, StudyInstanceUID, AccessionNumber, description, missing }) =>
      element("Study", { role, StudyInstanceUID, AccessionNumber, description, missing }),
    ),
    request.attachments.map(({ documentId: attached, title }) =>
      element("Attachment", { documentId: attached, title }),
    ),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  // What the recipient would refuse is refused here, by the same rules.
  readReadingRequest(bytes)
  return bytes
}

const amendment = ({ amendment }: ReadingRequest): Markup | null =>
  amendment && element("Amendment", { replaces: amendment.replacesDocumentId }, amendment.reason)

function parties(request: ReadingRequest): Markup[] {
  const { department, physician, telephone, reportTo, namedReader } = request
  const asking = { department, physicianId: physician.id, physicianName: physician.name, telephone, reportTo }
  return [
    organizationElement("Institution", request.institution),
    element("Requester", asking),
    organizationElement("ReadingCenter", request.readingCenter),
    element("Reader", { named: namedReader }),
  ]
}

function urgency({ code, dueAt, telephoneOnResult, history }: RequestedUrgency): Markup {
  const changes = history.map(({ reason, ...change }) =>
    element("Change", { at: change.at, code: change.code, dueAt: change.dueAt, by: change.by }, reason),
  )
  return element("Urgency", { code, dueAt, telephoneOnResult }, changes)
}

function patient({ patient }: ReadingRequest): Markup {
  const { PatientID, idRoot, birthDate, sex, alphabetic, ideographic, phonetic, onImages } = patient
  return element(
    "Patient",
    { PatientID, idRoot, birthDate, sex, alphabetic, ideographic, phonetic },
    onImages.map((each) => element("OnImages", { PatientID: each })),
  )
}
