/**
 * The values of a submission, with IHE attribute names (ITI TF-3 4.2.3). No ebXML here.
 * What is null may be absent in limited metadata alone, except where it says otherwise.
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
  /** Labelled as limited metadata: then column XDR MS says what it must hold (ITI TF-3 table 4.3.1-3). */
  readonly limitedMetadata: boolean
  readonly uniqueId: string
  readonly mimeType: string
  readonly title: string
  readonly author: Author | null
  /** XCN; null when nobody is named. */
  readonly legalAuthenticator: string | null
  readonly classCode: Code | null
  readonly typeCode: Code | null
  readonly formatCode: Code | null
  readonly confidentialityCode: readonly Code[]
  readonly healthcareFacilityTypeCode: Code | null
  readonly practiceSettingCode: Code | null
  readonly eventCodeList: readonly Code[]
  readonly languageCode: string | null
  readonly creationTime: string | null
  /** Like serviceStopTime, null when the sender did not know it. */
  readonly serviceStartTime: string | null
  readonly serviceStopTime: string | null
  readonly patientId: string | null
  readonly sourcePatientId: string | null
  /** `PID-n|…` values. */
  readonly sourcePatientInfo: readonly string[]
  readonly referenceIdList: readonly string[]
  /** 40 lower-case hex digits, SHA-1 of the transmitted octets; null when the sender gave none. */
  readonly hash: string | null
  readonly size: number | null
}

export interface SubmissionSet {
  readonly entryUUID: string
  /** As of a DocumentEntry; each object is labelled for itself. */
  readonly limitedMetadata: boolean
  /** OID. */
  readonly uniqueId: string
  /** OID. */
  readonly sourceId: string
  readonly patientId: string | null
  readonly submissionTime: string
  readonly title: string
  readonly author: Author | null
  readonly contentTypeCode: Code | null
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
