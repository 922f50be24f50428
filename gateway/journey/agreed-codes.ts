/**
 * The codes two partners agree on (an affinity domain's value sets, ITI TF-3 4.2.3), and what they are in Japan when
 * nothing else is said. `config/codes.ts` reads them, `codes.ts` gives each document its own.
 */
import type { CodedEntry } from "../standards/dicom/coded-entry.ts"
import { isOid } from "../standards/xds/data-types.ts"
import type { Code } from "../standards/xds/submission.ts"

export const SCHEME = {
  LOINC: "2.16.840.1.113883.6.1",
  SNOMED_CT: "2.16.840.1.113883.6.96",
  CONFIDENTIALITY: "2.16.840.1.113883.5.25",
  IHE_FORMAT: "1.3.6.1.4.1.19376.1.2.3",
  /** classCode of IHE Radiology. */
  IHE_RADIOLOGY: "1.3.6.1.4.1.19376.1.2.6.1",
  DICOM_UIDS: "1.2.840.10008.2.6.1",
  DICOM: "1.2.840.10008.2.16.4",
  ASTM: "1.2.840.10065.1.12",
  /** Root of our own code lists; 2.25 of a UUID issued for it. */
  DOKUEI: "2.25.210457318526104298651573938274921843776",
} as const

export interface AgreedCodes {
  readonly confidentialityCode: Code
  readonly healthcareFacilityTypeCode: Code
  readonly practiceSettingCode: Code
  /** Of everything people read; what only programs read is `art`. */
  readonly languageCode: string
  readonly classCode: Readonly<Record<"images" | "reports" | "orders" | "notices" | "signatures", Code>>
  /** `study` is what images and reports get whose procedure has no code with an OID. */
  readonly typeCode: Readonly<Record<"study" | "request" | "signature", Code>>
  readonly formatCode: Readonly<Record<"cda" | "pdf" | "request", Code>>
  /** OID by DICOM coding scheme designator, e.g. of JJ1017-32: with one a procedure's code becomes the typeCode. */
  readonly codingSchemes: Readonly<Record<string, string>>
}

const code = (value: string, scheme: string, display: string): Code => ({ code: value, scheme, display })

/** JJ1017 has no OID we could name: a hospital that has one for it writes it into its configuration. */
export const JAPANESE_CODES: AgreedCodes = {
  confidentialityCode: code("N", SCHEME.CONFIDENTIALITY, "normal"),
  healthcareFacilityTypeCode: code("22232009", SCHEME.SNOMED_CT, "Hospital"),
  practiceSettingCode: code("394914008", SCHEME.SNOMED_CT, "Radiology"),
  languageCode: "ja-JP",
  classCode: {
    images: code("IMAGES", SCHEME.IHE_RADIOLOGY, "Images"),
    reports: code("REPORTS", SCHEME.IHE_RADIOLOGY, "Reports"),
    orders: code("ORDERS", SCHEME.DOKUEI, "Orders"),
    notices: code("NOTICES", SCHEME.DOKUEI, "Notices"),
    signatures: code("LEGAL", SCHEME.DOKUEI, "Legal"),
  },
  typeCode: {
    study: code("18748-4", SCHEME.LOINC, "Diagnostic imaging study"),
    request: code("request", SCHEME.DOKUEI, "Reading request"),
    signature: code("E1762", SCHEME.ASTM, "Full Document"),
  },
  formatCode: {
    cda: code("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", SCHEME.IHE_FORMAT, "RAD CDA"),
    pdf: code("urn:ihe:rad:PDF", SCHEME.IHE_FORMAT, "RAD PDF"),
    request: code("urn:dokuei:reading-request:1", SCHEME.DOKUEI, "Reading request"),
  },
  codingSchemes: { DCM: SCHEME.DICOM, LN: SCHEME.LOINC, SCT: SCHEME.SNOMED_CT, SRT: SCHEME.SNOMED_CT },
}

/** No more fits where a code is kept (domain: value ≤ 64 characters); a longer one is none. */
const MAX_VALUE_LENGTH = 64
const MAX_DISPLAY_LENGTH = 256

/** typeCode of a study: the first of its procedure codes whose scheme has an OID, else what is agreed for studies. */
export function studyTypeCode(codes: AgreedCodes, procedures: readonly CodedEntry[]): Code {
  for (const { value, designator, schemeUid, meaning } of procedures) {
    const scheme = isOid(schemeUid) ? schemeUid : codes.codingSchemes[designator]
    if (scheme !== undefined && value.length <= MAX_VALUE_LENGTH)
      return code(printed(value), scheme, printed(meaning === "" ? value : meaning))
  }
  return codes.typeCode.study
}

/** No text of XDS may hold control characters. */
const printed = (text: string): string =>
  text
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, MAX_DISPLAY_LENGTH)
