/** ExtrinsicObject → DocumentEntry, with the presence rules of the column "XDR DS" (ITI TF-3 table 4.3.1-3). */
import { AttributeReader, CX_RULE } from "./attribute-reader.ts"
import {
  isCxi,
  isDtm,
  isHash,
  isInOrder,
  isLanguageCode,
  isMimeType,
  isPatientInfo,
  isSize,
  isUniqueId,
  isXcn,
} from "./data-types.ts"
import type { Complaints } from "./metadata-fault.ts"
import type { RegistryObject } from "./registry-object.ts"
import type { DocumentEntry } from "./submission.ts"
import { DOCUMENT_ENTRY, REFERENCE_ID_LIST } from "./vocabulary.ts"

/** Slots of a DocumentEntry by the framework, those we do not keep among them. */
const KNOWN_SLOTS = new Set([
  "creationTime",
  "hash",
  "languageCode",
  "legalAuthenticator",
  "repositoryUniqueId",
  "serviceStartTime",
  "serviceStopTime",
  "size",
  "sourcePatientId",
  "sourcePatientInfo",
  "URI",
  REFERENCE_ID_LIST,
])

/** Faults go to `complaints`; the value is of use only when there were none. */
export function readDocumentEntry(object: RegistryObject, complaints: Complaints): DocumentEntry {
  const read = new AttributeReader(object, complaints)
  checkKind(object, read)
  read.warnOfOtherSlots(KNOWN_SLOTS)
  return {
    entryUUID: object.id,
    title: object.name,
    ...readCodes(read),
    ...readFacts(read),
    ...readPatient(read),
  }
}

function checkKind(object: RegistryObject, read: AttributeReader): void {
  const objectType = object.element.attributes.get("objectType") ?? ""
  if (objectType !== DOCUMENT_ENTRY.stable) read.complain("objectType is not that of a stable DocumentEntry")
  if (read.hasLabel(DOCUMENT_ENTRY.limitedMetadata))
    read.complain("limited metadata are flagged, and not accepted here")
}

function readCodes(read: AttributeReader) {
  return {
    author: read.author(DOCUMENT_ENTRY.author),
    classCode: read.code("classCode", DOCUMENT_ENTRY.classCode),
    typeCode: read.code("typeCode", DOCUMENT_ENTRY.typeCode),
    formatCode: read.code("formatCode", DOCUMENT_ENTRY.formatCode),
    confidentialityCode: read.someCodes("confidentialityCode", DOCUMENT_ENTRY.confidentialityCode),
    healthcareFacilityTypeCode: read.code(
      "healthcareFacilityTypeCode",
      DOCUMENT_ENTRY.healthcareFacilityTypeCode,
    ),
    practiceSettingCode: read.code("practiceSettingCode", DOCUMENT_ENTRY.practiceSettingCode),
    eventCodeList: read.codes("eventCodeList", DOCUMENT_ENTRY.eventCodeList),
  }
}

function readFacts(read: AttributeReader) {
  const serviceStartTime = read.optionalSlot("serviceStartTime", { test: isDtm })
  const serviceStopTime = read.optionalSlot("serviceStopTime", { test: isDtm })
  if (serviceStartTime !== null && serviceStopTime !== null && !isInOrder(serviceStartTime, serviceStopTime))
    read.complain("serviceStartTime is after serviceStopTime")
  const size = read.optionalSlot("size", { test: isSize })
  return {
    uniqueId: read.identifier("uniqueId", DOCUMENT_ENTRY.uniqueId, { test: isUniqueId }),
    mimeType: read.attribute("mimeType", { test: isMimeType }),
    languageCode: read.slot("languageCode", { test: isLanguageCode }),
    creationTime: read.slot("creationTime", { test: isDtm }),
    serviceStartTime,
    serviceStopTime,
    hash: read.optionalSlot("hash", { test: isHash })?.toLowerCase() ?? null,
    size: size === null ? null : Number(size),
    legalAuthenticator: read.optionalSlot("legalAuthenticator", { test: isXcn, secret: true }),
  }
}

function readPatient(read: AttributeReader) {
  return {
    patientId: read.identifier("patientId", DOCUMENT_ENTRY.patientId, CX_RULE),
    sourcePatientId: read.slot("sourcePatientId", CX_RULE),
    sourcePatientInfo: read.listSlot("sourcePatientInfo", { test: isPatientInfo, secret: true }),
    referenceIdList: read.listSlot(REFERENCE_ID_LIST, { test: isCxi, secret: true }),
  }
}
