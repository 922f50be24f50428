/**
 * Reads a reading request: every field known, every rule held, or the document is refused.
 */
import { readClosed, type ClosedElement } from "../notice/closed-element.ts"
import { readOrganization } from "../notice/party.ts"
import {
  READING_REQUEST_NAMESPACE,
  REQUEST_STATUSES,
  REQUEST_TEXTS,
  SETTINGS,
  STUDY_ROLES,
  URGENCY_CODES,
  type ReadingRequest,
  type RequestedStudy,
  type RequestedUrgency,
  type RequestPatient,
  type RequestTexts,
} from "./request-content.ts"

/** OID, UUID or another identifier of one word. */
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readReadingRequest(bytes: Uint8Array): ReadingRequest {
  const root = readClosed(bytes, READING_REQUEST_NAMESPACE, "ReadingRequest")
  const request: ReadingRequest = {
    ...readIdentity(root),
    ...readRequester(root.required("Requester")),
    amendment: readAmendment(root.child("Amendment")),
    institution: readOrganization(root.required("Institution")),
    readingCenter: readOrganization(root.required("ReadingCenter")),
    namedReader: readNamed(root.required("Reader")),
    urgency: readUrgency(root.required("Urgency")),
    patient: readPatient(root.required("Patient")),
    texts: readTexts(root),
    studies: root.children("Study").map(readStudy),
    attachments: root.children("Attachment").map(readAttachment),
  }
  root.finish()
  checkIdentity(root, request)
  return request
}

type Identity = Pick<
  ReadingRequest,
  "documentId" | "requestId" | "version" | "status" | "requestNumber" | "requestedAt" | "setting" | "parts"
>
const readIdentity = (root: ClosedElement): Identity => ({
  documentId: root.uid("documentId"),
  requestId: root.attribute("requestId"),
  version: root.count("version"),
  status: root.oneOf("status", REQUEST_STATUSES),
  requestNumber: root.attribute("requestNumber"),
  requestedAt: root.instant("requestedAt"),
  setting: root.oneOf("setting", SETTINGS),
  parts: root.count("parts"),
})

function checkIdentity(root: ClosedElement, request: ReadingRequest): void {
  const { requestId, version, amendment, requestNumber } = request
  if (!IDENTIFIER.test(requestId)) throw root.fault("NOTICE_VALUE", "@requestId is no identifier")
  if (version < 1) throw root.fault("NOTICE_VALUE", "versions count from 1")
  if (version === 1 && amendment) throw root.fault("NOTICE_VALUE", "the first version amends nothing")
  if (requestNumber === "") throw root.fault("NOTICE_VALUE", "empty request number")
}

function readAmendment(element: ClosedElement | null): ReadingRequest["amendment"] {
  return element && { replacesDocumentId: element.uid("replaces"), reason: element.content() }
}

function readRequester(
  element: ClosedElement,
): Pick<ReadingRequest, "department" | "physician" | "telephone" | "reportTo"> {
  const requester = {
    department: element.attribute("department"),
    physician: { id: element.attribute("physicianId"), name: element.attribute("physicianName") },
    telephone: element.attribute("telephone"),
    reportTo: element.attribute("reportTo"),
  }
  element.finish()
  return requester
}

function readNamed(element: ClosedElement): string {
  const named = element.attribute("named")
  element.finish()
  return named
}

function readUrgency(element: ClosedElement): RequestedUrgency {
  const urgency = {
    code: element.oneOf("code", URGENCY_CODES),
    dueAt: element.instant("dueAt"),
    telephoneOnResult: element.flag("telephoneOnResult"),
    history: element.children("Change").map((change) => ({
      at: change.instant("at"),
      code: change.oneOf("code", URGENCY_CODES),
      dueAt: change.instant("dueAt"),
      by: change.attribute("by"),
      reason: change.content(),
    })),
  }
  element.finish()
  return urgency
}

function readPatient(element: ClosedElement): RequestPatient {
  const patient = {
    PatientID: element.attribute("PatientID"),
    idRoot: element.uid("idRoot"),
    birthDate: element.date("birthDate"),
    sex: element.oneOf("sex", ["M", "F", "O", ""] as const),
    alphabetic: element.attribute("alphabetic"),
    ideographic: element.attribute("ideographic"),
    phonetic: element.attribute("phonetic"),
    onImages: element.children("OnImages").map(readOnImages),
  }
  element.finish()
  return patient
}

function readOnImages(element: ClosedElement): string {
  const PatientID = element.attribute("PatientID")
  element.finish()
  return PatientID
}

/** Each name at most once; an absent one is "". */
function readTexts(root: ClosedElement): RequestTexts {
  const texts = new Map<string, string>()
  for (const element of root.children("Text")) {
    const name = element.oneOf("name", REQUEST_TEXTS)
    if (texts.has(name)) throw element.fault("NOTICE_UNKNOWN", `${name} stands more than once`)
    texts.set(name, element.content())
  }
  return Object.fromEntries(REQUEST_TEXTS.map((name) => [name, texts.get(name) ?? ""])) as RequestTexts
}

function readStudy(element: ClosedElement): RequestedStudy {
  const study = {
    role: element.oneOf("role", STUDY_ROLES),
    StudyInstanceUID: element.attribute("StudyInstanceUID"),
    AccessionNumber: element.attribute("AccessionNumber"),
    description: element.attribute("description"),
    missing: element.count("missing"),
  }
  element.finish()
  return study
}

function readAttachment(element: ClosedElement): ReadingRequest["attachments"][number] {
  const attachment = { documentId: element.uid("documentId"), title: element.attribute("title") }
  element.finish()
  return attachment
}
