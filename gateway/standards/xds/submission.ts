/**
 * The values of a submission, with IHE attribute names (ITI TF-3 4.2.3). No ebXML here.
 * Codes are {code, scheme OID, display}; DTM are UTC `YYYYMMDDhhmmss`; CX, XCN, XON, CXi are HL7 strings.
 */

export interface Code {
  readonly code: string
  readonly scheme: string
  readonly display: string
}

export interface Author {
  /** XCN, "" when absent. */
  readonly authorPerson: string
  /** XON. */
  readonly authorInstitution: readonly string[]
  readonly authorRole: readonly string[]
}

export interface DocumentEntry {
  /** `urn:uuid:…`; also Document/@id on the wire. */
  readonly entryUUID: string
  readonly uniqueId: string
  readonly mimeType: string
  readonly title: string
  readonly author: Author | null
  readonly legalAuthenticator: string | null
  readonly classCode: Code
  readonly typeCode: Code
  readonly formatCode: Code
  readonly confidentialityCode: readonly Code[]
  readonly healthcareFacilityTypeCode: Code
  readonly practiceSettingCode: Code
  readonly eventCodeList: readonly Code[]
  readonly languageCode: string
  readonly creationTime: string
  readonly serviceStartTime: string | null
  readonly serviceStopTime: string | null
  readonly patientId: string
  readonly sourcePatientId: string
  /** `PID-n|…` values. */
  readonly sourcePatientInfo: readonly string[]
  readonly referenceIdList: readonly string[]
  /** 40 lower-case hex digits, SHA-1 of the transmitted octets; null when the sender gave none. */
  readonly hash: string | null
  readonly size: number | null
}

export interface SubmissionSet {
  readonly entryUUID: string
  /** OID. */
  readonly uniqueId: string
  /** OID. */
  readonly sourceId: string
  readonly patientId: string
  readonly submissionTime: string
  readonly title: string
  readonly author: Author | null
  readonly contentTypeCode: Code
  /** `XON|XCN|XTN`. */
  readonly intendedRecipient: readonly string[]
}

export type Relationship = "APND" | "RPLC" | "XFRM" | "XFRM_RPLC" | "signs"

/** DocumentEntry → DocumentEntry. HasMember is implied: every entry of the submission is an original member. */
export interface Association {
  readonly type: Relationship
  /** entryUUID of this submission. */
  readonly source: string
  /** entryUUID of this or an earlier submission. */
  readonly target: string
}

export interface Submission {
  readonly submissionSet: SubmissionSet
  readonly documentEntries: readonly DocumentEntry[]
  readonly associations: readonly Association[]
}
