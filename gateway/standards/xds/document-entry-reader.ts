/** ExtrinsicObject → DocumentEntry. */
import { checkAttributes } from "./attribute-check.ts"
import { AttributeReader } from "./attribute-reader.ts"
import { DOCUMENT_ENTRY_ROWS as ROWS } from "./attributes.ts"
import { isInOrder } from "./data-types.ts"
import { at, type Complaints } from "./metadata-fault.ts"
import type { RegistryObject } from "./registry-object.ts"
import type { DocumentEntry } from "./submission.ts"

/** Faults go to `complaints`; the value is of use only when there were none. */
export function readDocumentEntry(object: RegistryObject, complaints: Complaints): DocumentEntry {
  checkAttributes(object, ROWS, complaints)
  const read = new AttributeReader(object)
  const entry = {
    entryUUID: object.id,
    limitedMetadata: read.has(ROWS.limitedMetadata),
    title: object.name,
    ...readCodes(read),
    ...readFacts(read),
    ...readPatient(read),
  }
  checkService(entry, complaints)
  return entry
}

function readCodes(read: AttributeReader) {
  return {
    author: read.author(ROWS.author),
    classCode: read.code(ROWS.classCode),
    typeCode: read.code(ROWS.typeCode),
    formatCode: read.code(ROWS.formatCode),
    confidentialityCode: read.codes(ROWS.confidentialityCode),
    healthcareFacilityTypeCode: read.code(ROWS.healthcareFacilityTypeCode),
    practiceSettingCode: read.code(ROWS.practiceSettingCode),
    eventCodeList: read.codes(ROWS.eventCodeList),
  }
}

function readFacts(read: AttributeReader) {
  const size = read.value(ROWS.size)
  return {
    uniqueId: read.needed(ROWS.uniqueId),
    mimeType: read.needed(ROWS.mimeType),
    languageCode: read.value(ROWS.languageCode),
    creationTime: read.value(ROWS.creationTime),
    serviceStartTime: read.value(ROWS.serviceStartTime),
    serviceStopTime: read.value(ROWS.serviceStopTime),
    hash: read.value(ROWS.hash)?.toLowerCase() ?? null,
    size: size === null ? null : Number(size),
    legalAuthenticator: read.value(ROWS.legalAuthenticator),
  }
}

function readPatient(read: AttributeReader) {
  return {
    patientId: read.value(ROWS.patientId),
    sourcePatientId: read.value(ROWS.sourcePatientId),
    sourcePatientInfo: read.values(ROWS.sourcePatientInfo),
    referenceIdList: read.values(ROWS.referenceIdList),
  }
}

function checkService(entry: DocumentEntry, complaints: Complaints): void {
  const { entryUUID, serviceStartTime: start, serviceStopTime: stop } = entry
  if (start === null || stop === null || isInOrder(start, stop)) return
  complaints.error(
    `${entryUUID}: serviceStartTime is after serviceStopTime`,
    "XDSRepositoryMetadataError",
    at(entryUUID, "Slot[@name='serviceStartTime']"),
  )
}
