/** Submission → lcm:SubmitObjectsRequest, valid against lcm.xsd and rim.xsd; the same bytes for the same values. */
import { element, type Markup } from "../xml/writer.ts"
import { name, ObjectPartsWriter, slot } from "./registry-object-writer.ts"
import type { DocumentEntry, Submission, SubmissionSet } from "./submission.ts"
import {
  ASSOCIATION_TYPE,
  DOCUMENT_ENTRY,
  HAS_MEMBER,
  LCM,
  OBJECT_TYPE,
  REFERENCE_ID_LIST,
  RIM,
  SUBMISSION_SET,
} from "./vocabulary.ts"

/** Where the document of an entry lies, relative to its metadata (ITI TF-3 4.2.3.2.27); null on the wire. */
export type UriOf = (entry: DocumentEntry) => string | null
const NOWHERE: UriOf = () => null

/** Ids of associations are symbolic: nobody refers to them (ITI TF-3 4.2.3.1.2). */
export function writeSubmission(
  { submissionSet, documentEntries, associations }: Submission,
  uriOf: UriOf = NOWHERE,
): Markup {
  const objects = [
    writeSubmissionSet(submissionSet),
    documentEntries.map((entry) => writeDocumentEntry(entry, uriOf(entry))),
    documentEntries.map((entry, index) =>
      writeAssociation(
        `member-${index + 1}`,
        HAS_MEMBER,
        submissionSet.entryUUID,
        entry.entryUUID,
        slot("SubmissionSetStatus", "Original"),
      ),
    ),
    associations.map(({ type, source, target }, index) =>
      writeAssociation(`relationship-${index + 1}`, ASSOCIATION_TYPE[type], source, target, null),
    ),
  ]
  const list = element("rim:RegistryObjectList", { "xmlns:rim": RIM }, objects)
  return element("lcm:SubmitObjectsRequest", { "xmlns:lcm": LCM }, list)
}

function writeSubmissionSet(set: SubmissionSet): Markup {
  const parts = new ObjectPartsWriter(set.entryUUID)
  return element(
    "rim:RegistryPackage",
    { id: set.entryUUID, objectType: OBJECT_TYPE.registryPackage },
    slot("submissionTime", set.submissionTime),
    slot("intendedRecipient", ...set.intendedRecipient),
    name(set.title),
    parts.label(SUBMISSION_SET.node),
    set.limitedMetadata ? parts.label(SUBMISSION_SET.limitedMetadata) : null,
    parts.author(SUBMISSION_SET.author, set.author),
    parts.code(SUBMISSION_SET.contentTypeCode, set.contentTypeCode),
    parts.identifier(SUBMISSION_SET.patientId, "XDSSubmissionSet.patientId", set.patientId),
    parts.identifier(SUBMISSION_SET.uniqueId, "XDSSubmissionSet.uniqueId", set.uniqueId),
    parts.identifier(SUBMISSION_SET.sourceId, "XDSSubmissionSet.sourceId", set.sourceId),
  )
}

function writeDocumentEntry(entry: DocumentEntry, uri: string | null): Markup {
  const parts = new ObjectPartsWriter(entry.entryUUID)
  return element(
    "rim:ExtrinsicObject",
    { id: entry.entryUUID, mimeType: entry.mimeType, objectType: DOCUMENT_ENTRY.stable },
    writeSlots(entry),
    slot("URI", uri),
    name(entry.title),
    entry.limitedMetadata ? parts.label(DOCUMENT_ENTRY.limitedMetadata) : null,
    parts.author(DOCUMENT_ENTRY.author, entry.author),
    parts.code(DOCUMENT_ENTRY.classCode, entry.classCode),
    entry.confidentialityCode.map((code) => parts.code(DOCUMENT_ENTRY.confidentialityCode, code)),
    entry.eventCodeList.map((code) => parts.code(DOCUMENT_ENTRY.eventCodeList, code)),
    parts.code(DOCUMENT_ENTRY.formatCode, entry.formatCode),
    parts.code(DOCUMENT_ENTRY.healthcareFacilityTypeCode, entry.healthcareFacilityTypeCode),
    parts.code(DOCUMENT_ENTRY.practiceSettingCode, entry.practiceSettingCode),
    parts.code(DOCUMENT_ENTRY.typeCode, entry.typeCode),
    parts.identifier(DOCUMENT_ENTRY.patientId, "XDSDocumentEntry.patientId", entry.patientId),
    parts.identifier(DOCUMENT_ENTRY.uniqueId, "XDSDocumentEntry.uniqueId", entry.uniqueId),
  )
}

function writeSlots(entry: DocumentEntry): readonly (Markup | null)[] {
  return [
    slot("creationTime", entry.creationTime),
    slot("hash", entry.hash),
    slot("languageCode", entry.languageCode),
    slot("legalAuthenticator", entry.legalAuthenticator),
    slot("serviceStartTime", entry.serviceStartTime),
    slot("serviceStopTime", entry.serviceStopTime),
    slot("size", entry.size),
    slot("sourcePatientId", entry.sourcePatientId),
    slot("sourcePatientInfo", ...entry.sourcePatientInfo),
    slot(REFERENCE_ID_LIST, ...entry.referenceIdList),
  ]
}

function writeAssociation(
  id: string,
  associationType: string,
  sourceObject: string,
  targetObject: string,
  status: Markup | null,
): Markup {
  const objectType = OBJECT_TYPE.association
  return element("rim:Association", { id, associationType, sourceObject, targetObject, objectType }, status)
}
