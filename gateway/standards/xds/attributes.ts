/**
 * The attributes of DocumentEntry and SubmissionSet, one row each: where it stands in ebRIM, of which type it is, whether it
 * must be there, and whether we keep it (ITI TF-3 tables 4.3.1-3, 4.2.3.2-1, 4.2.3.3-1).
 *
 * Readers and checks go by these rows, and docs/metadata.md is printed from them. Folders have none: a Recipient must not
 * reject because of them (ITI TF-2 3.41.4.1.3).
 */
import type { DataTypeName } from "./data-type-table.ts"
import { DOCUMENT_ENTRY, REFERENCE_ID_LIST, SUBMISSION_SET } from "./vocabulary.ts"

/** Required, required if known, optional, not allowed. What is "if known" only the sender can judge. */
export type Presence = "R" | "R2" | "O" | "X"

/** Where in the registry object; `key` is the slot's name, the scheme, the node or the XML attribute. */
export interface Place {
  readonly kind: "slot" | "code" | "author" | "identifier" | "attribute" | "name" | "description" | "label"
  readonly key: string
}

export interface AttributeRow {
  readonly place: Place
  /** null: a code, an author or a label, which have rules of their own. */
  readonly type: DataTypeName | null
  /** May it have several values? */
  readonly many: boolean
  /** Column "XDR DS". */
  readonly full: Presence
  /** Column "XDR MS": where the object is labelled as limited metadata. */
  readonly limited: Presence
  /** Read into the submission. Otherwise it is judged, and not kept. */
  readonly kept: boolean
}

type Shape = Omit<AttributeRow, "full" | "limited">

const KEPT = { many: false, kept: true } as const
const slot = (key: string, type: DataTypeName): Shape => ({ place: { kind: "slot", key }, type, ...KEPT })
const attribute = (key: string, type: DataTypeName): Shape => ({
  place: { kind: "attribute", key },
  type,
  ...KEPT,
})
const identifier = (key: string, type: DataTypeName): Shape => ({
  place: { kind: "identifier", key },
  type,
  ...KEPT,
})
const code = (key: string): Shape => ({ place: { kind: "code", key }, type: null, ...KEPT })
const author = (key: string): Shape => ({
  place: { kind: "author", key },
  type: null,
  many: true,
  kept: true,
})
const label = (key: string): Shape => ({ place: { kind: "label", key }, type: null, ...KEPT })
const text = (kind: "name" | "description"): Shape => ({ place: { kind, key: "" }, type: "text", ...KEPT })

const some = (shape: Shape): Shape => ({ ...shape, many: true })
const notKept = (shape: Shape): Shape => ({ ...shape, kept: false })

const row = (full: Presence, limited: Presence, shape: Shape): AttributeRow => ({ ...shape, full, limited })

export const DOCUMENT_ENTRY_ROWS = {
  author: row("R2", "R2", author(DOCUMENT_ENTRY.author)),
  availabilityStatus: row("O", "O", notKept(attribute("status", "text"))),
  classCode: row("R", "R2", code(DOCUMENT_ENTRY.classCode)),
  comments: row("O", "O", notKept(text("description"))),
  confidentialityCode: row("R", "R2", some(code(DOCUMENT_ENTRY.confidentialityCode))),
  creationTime: row("R", "R2", slot("creationTime", "DTM")),
  entryUUID: row("R", "R", attribute("id", "entryUUID")),
  eventCodeList: row("O", "O", some(code(DOCUMENT_ENTRY.eventCodeList))),
  formatCode: row("R", "R2", code(DOCUMENT_ENTRY.formatCode)),
  hash: row("O", "O", slot("hash", "SHA1")),
  healthcareFacilityTypeCode: row("R", "R2", code(DOCUMENT_ENTRY.healthcareFacilityTypeCode)),
  homeCommunityId: row("O", "O", notKept(attribute("home", "homeCommunityId"))),
  languageCode: row("R", "R2", slot("languageCode", "language")),
  legalAuthenticator: row("O", "O", slot("legalAuthenticator", "XCN")),
  limitedMetadata: row("X", "R", label(DOCUMENT_ENTRY.limitedMetadata)),
  mimeType: row("R", "R", attribute("mimeType", "mimeType")),
  objectType: row("R", "R", attribute("objectType", "objectType")),
  patientId: row("R", "R2", identifier(DOCUMENT_ENTRY.patientId, "CX")),
  practiceSettingCode: row("R", "R2", code(DOCUMENT_ENTRY.practiceSettingCode)),
  referenceIdList: row("O", "O", some(slot(REFERENCE_ID_LIST, "CXi"))),
  repositoryUniqueId: row("O", "O", notKept(slot("repositoryUniqueId", "OID"))),
  serviceStartTime: row("R2", "R2", slot("serviceStartTime", "DTM")),
  serviceStopTime: row("R2", "R2", slot("serviceStopTime", "DTM")),
  size: row("O", "O", slot("size", "size")),
  sourcePatientId: row("R", "R2", slot("sourcePatientId", "CX")),
  sourcePatientInfo: row("O", "R2", some(slot("sourcePatientInfo", "PID"))),
  title: row("O", "O", text("name")),
  typeCode: row("R", "R2", code(DOCUMENT_ENTRY.typeCode)),
  uniqueId: row("R", "R", identifier(DOCUMENT_ENTRY.uniqueId, "uniqueId")),
  URI: row("O", "O", notKept(some(slot("URI", "text")))),
} as const satisfies Record<string, AttributeRow>

export const SUBMISSION_SET_ROWS = {
  author: row("R2", "R2", author(SUBMISSION_SET.author)),
  availabilityStatus: row("O", "O", notKept(attribute("status", "text"))),
  comments: row("O", "O", notKept(text("description"))),
  contentTypeCode: row("R", "R2", code(SUBMISSION_SET.contentTypeCode)),
  entryUUID: row("R", "R", attribute("id", "entryUUID")),
  homeCommunityId: row("O", "O", notKept(attribute("home", "homeCommunityId"))),
  intendedRecipient: row("R2", "R2", some(slot("intendedRecipient", "recipient"))),
  limitedMetadata: row("X", "R", label(SUBMISSION_SET.limitedMetadata)),
  patientId: row("R", "R2", identifier(SUBMISSION_SET.patientId, "CX")),
  sourceId: row("R", "R", identifier(SUBMISSION_SET.sourceId, "OID")),
  submissionTime: row("R", "R", slot("submissionTime", "DTM")),
  title: row("O", "O", text("name")),
  uniqueId: row("R", "R", identifier(SUBMISSION_SET.uniqueId, "OID")),
} as const satisfies Record<string, AttributeRow>

/** Slots of an author's classification (ITI TF-3 4.2.3.1.4); one of person, institution, telecommunication is needed. */
export const AUTHOR_SLOTS = {
  authorPerson: { type: "XCN", many: false, kept: true },
  authorInstitution: { type: "XON", many: true, kept: true },
  authorRole: { type: "text", many: true, kept: true },
  authorSpecialty: { type: "text", many: true, kept: false },
  authorTelecommunication: { type: "XTN", many: true, kept: false },
} as const satisfies Record<string, Pick<AttributeRow, "type" | "many" | "kept">>
