/** The canonical submission of the tests; each test bends one attribute. */
import { createHash } from "node:crypto"
import type { Code, DocumentEntry, Submission } from "../../../gateway/standards/xds/submission.ts"

const code = (value: string, scheme: string, display: string): Code => ({ code: value, scheme, display })

export const SOURCE_ID = "1.2.392.100495.20.3.11.99"
const PATIENT_ID = "0012345^^^&1.2.392.100495.20.3.51.11311234567&ISO"

export const uuid = (n: number): string =>
  `urn:uuid:00000000-0000-4000-8000-${n.toString().padStart(12, "0")}`

/** An entry for these octets; without them hash and size are absent. */
export function sampleEntry(n: number, octets: Uint8Array | null): DocumentEntry {
  return {
    entryUUID: uuid(n),
    limitedMetadata: false,
    uniqueId: `2.25.1000.${n}`,
    mimeType: "application/dicom",
    title: `胸部CT <${n}> & "x"`,
    author: {
      authorPerson: "D001^山田^太郎^^^^^^&1.2.392.100495.20.3.41.11311234567&ISO",
      authorInstitution: ["山田病院^^^^^&1.2.392.100495.20.3.23&ISO^^^^1311234567"],
      authorRole: ["technologist"],
    },
    legalAuthenticator: null,
    classCode: code("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1", "Images"),
    typeCode: code("18748-4", "2.16.840.1.113883.6.1", "Diagnostic imaging study"),
    formatCode: code("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.2.6.1", "CT Image Storage"),
    confidentialityCode: [code("N", "2.16.840.1.113883.5.25", "normal")],
    healthcareFacilityTypeCode: code("22232009", "2.16.840.1.113883.6.96", "Hospital"),
    practiceSettingCode: code("394914008", "2.16.840.1.113883.6.96", "Radiology"),
    eventCodeList: [code("CT", "1.2.840.10008.2.16.4", "Computed Tomography")],
    languageCode: "ja-JP",
    creationTime: "20260701010203",
    serviceStartTime: "20260701000000",
    serviceStopTime: null,
    patientId: PATIENT_ID,
    sourcePatientId: PATIENT_ID,
    sourcePatientInfo: [`PID-3|${PATIENT_ID}`, "PID-5|山田^太郎^^^^^L^I", "PID-7|19700101", "PID-8|M"],
    referenceIdList: ["1.2.3.4^^^^urn:ihe:iti:xds:2016:studyInstanceUID"],
    hash: octets === null ? null : createHash("sha1").update(octets).digest("hex"),
    size: octets?.length ?? null,
  }
}

export function sampleSubmission(
  documents: readonly (Uint8Array | null)[],
  uniqueId = "2.25.2000",
): Submission {
  return {
    submissionSet: {
      entryUUID: uuid(999_999),
      limitedMetadata: false,
      uniqueId,
      sourceId: SOURCE_ID,
      patientId: PATIENT_ID,
      submissionTime: "20260701010500",
      title: "読影依頼",
      author: null,
      contentTypeCode: code("Imaging", "1.3.6.1.4.1.19376.1.2.6.1", "Imaging"),
      intendedRecipient: ["読影センター^^^^^&1.2.392.100495.20.3.23&ISO^^^^1319999999|^鈴木^一郎"],
    },
    documentEntries: documents.map((octets, index) => sampleEntry(index + 1, octets)),
    associations: documents
      .slice(1)
      .map((_, index) => ({ type: "signs", source: uuid(1), target: uuid(index + 2) })),
  }
}
