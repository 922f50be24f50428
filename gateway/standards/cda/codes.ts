/**
 * Template identifiers (PS3.6 table A-4, PS3.20) and codes of the imaging report.
 */
import { element, type Markup } from "../xml/writer.ts"

export const HL7 = "urn:hl7-org:v3"

export const LOINC = "2.16.840.1.113883.6.1"
export const DCM = "1.2.840.10008.2.16.4"
export const CONFIDENTIALITY = "2.16.840.1.113883.5.25"
export const ADMINISTRATIVE_GENDER = "2.16.840.1.113883.5.1"

/** typeId of every CDA R2 document (CDA R2 4.2.1.1). */
export const CDA_TYPE_ROOT = "2.16.840.1.113883.1.3"
export const CDA_TYPE_EXTENSION = "POCD_HD000040"

export const TEMPLATE = {
  imagingReport: "1.2.840.10008.9.1",
  imagingAddendumReport: "1.2.840.10008.9.24",
  generalHeader: "1.2.840.10008.9.20",
  imagingHeader: "1.2.840.10008.9.21",
  parentDocument: "1.2.840.10008.9.22",
  clinicalInformation: "1.2.840.10008.9.2",
  procedure: "1.2.840.10008.9.3",
  impression: "1.2.840.10008.9.5",
  addendum: "1.2.840.10008.9.6",
  request: "1.2.840.10008.9.7",
  procedureTechnique: "1.2.840.10008.9.14",
  labeled: "1.2.840.10008.9.10",
  /** IHE BPPC without a scanned part, and each policy acknowledged in it (ITI TF-3 5.1.2). */
  consent: "1.3.6.1.4.1.19376.1.5.3.1.1.7",
  consentEvent: "1.3.6.1.4.1.19376.1.5.3.1.2.6",
  findings: "2.16.840.1.113883.10.20.6.1.2",
} as const

/** Document codes: the first is written; the others are read, because neighbours use them. */
export const DOCUMENT_CODES = ["18748-4", "11528-7", "18782-3", "68604-8"] as const

/** One section kind: LOINC code with its English name, and the Japanese title we print. */
export interface SectionKind {
  readonly templateId: string
  readonly code: string
  readonly displayName: string
  readonly title: string
}

const kind = (templateId: string, code: string, displayName: string, title: string): SectionKind => ({
  templateId,
  code,
  displayName,
  title,
})

export const SECTION = {
  clinicalInformation: kind(TEMPLATE.clinicalInformation, "55752-0", "Clinical Information", "臨床情報"),
  request: kind(TEMPLATE.request, "55115-0", "Request", "検査目的"),
  procedure: kind(TEMPLATE.procedure, "55111-9", "Current Imaging Procedure Descriptions", "検査手技"),
  findings: kind(TEMPLATE.findings, "59776-5", "Procedure Findings", "所見"),
  impression: kind(TEMPLATE.impression, "19005-8", "Impression", "診断"),
  keyImages: kind(TEMPLATE.labeled, "55113-5", "Key Images", "キー画像"),
  addendum: kind(TEMPLATE.addendum, "55107-7", "Addendum", "追記"),
  /** As an addendum's: PS3.20 has no section for it. In an addendum it stands after the text. */
  correction: kind(TEMPLATE.addendum, "55107-7", "Addendum", "訂正の理由"),
} as const

/** `<code …/>` with a LOINC code. */
export const loincCode = (code: string, displayName: string): Markup =>
  element("code", { code, codeSystem: LOINC, codeSystemName: "LOINC", displayName })
