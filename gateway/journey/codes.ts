/**
 * The codes our documents carry (ITI TF-3 4.2.3; RAD TF XDR-I), and how a document is known again by them.
 */
import type { Code, DocumentEntry, SubmissionSet } from "../standards/xds/submission.ts"
import type { DocumentRole, SubmissionKind } from "./records.ts"

const LOINC = "2.16.840.1.113883.6.1"
const SNOMED_CT = "2.16.840.1.113883.6.96"
const IHE_FORMAT = "1.3.6.1.4.1.19376.1.2.3"
const RADIOLOGY_CLASS = "1.3.6.1.4.1.19376.1.2.6.1"
const DICOM_UID_REGISTRY = "1.2.840.10008.2.6.1"
const ASTM = "1.2.840.10065.1.12"
/** Root of our own code lists; 2.25 of a UUID issued for it. */
const DOKUEI = "2.25.210457318526104298651573938274921843776"

export const DICOM_CONTROLLED_TERMINOLOGY = "1.2.840.10008.2.16.4"
export const KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
export const MIME = {
  dicom: "application/dicom",
  xml: "text/xml",
  pdf: "application/pdf",
  cms: "application/pkcs7-mime",
  png: "image/png",
} as const

const code = (value: string, scheme: string, display: string): Code => ({ code: value, scheme, display })

export const NORMAL = code("N", "2.16.840.1.113883.5.25", "normal")
export const HOSPITAL = code("22232009", SNOMED_CT, "Hospital")
export const RADIOLOGY = code("394914008", SNOMED_CT, "Radiology")

interface EntryCodes {
  readonly mimeType: string
  readonly classCode: Code
  readonly typeCode: Code
  readonly formatCode: Code
  readonly languageCode: string
}
const entry = (
  mimeType: string,
  classCode: Code,
  typeCode: Code,
  formatCode: Code,
  languageCode = "ja-JP",
): EntryCodes => ({
  mimeType,
  classCode,
  typeCode,
  formatCode,
  languageCode,
})

const IMAGES = code("IMAGES", RADIOLOGY_CLASS, "Images")
const REPORTS = code("REPORTS", RADIOLOGY_CLASS, "Reports")
const LEGAL = code("LEGAL", DOKUEI, "Legal")
const ORDERS = code("ORDERS", DOKUEI, "Orders")
const NOTICES = code("NOTICES", DOKUEI, "Notices")
const STUDY_TYPE = code("18748-4", LOINC, "Diagnostic imaging study")
const SIGNATURE_TYPE = code("E1762", ASTM, "Full Document")
const DSG_DETACHED = code("urn:ihe:iti:dsg:detached:2014", IHE_FORMAT, "ITI DSG Detached")
const own = (value: string, display: string): Code => code(value, DOKUEI, display)

/** Codes by role; `sopClass` is the format of an instance. */
export function entryCodes(role: DocumentRole, SOPClassUID = ""): EntryCodes {
  switch (role) {
    case "instance":
      return entry(MIME.dicom, IMAGES, STUDY_TYPE, code(SOPClassUID, DICOM_UID_REGISTRY, "DICOM SOP Class"))
    case "manifest":
      return entry(
        MIME.dicom,
        IMAGES,
        STUDY_TYPE,
        code(KEY_OBJECT_SELECTION, DICOM_UID_REGISTRY, "Key Object Selection"),
      )
    case "request":
      return entry(
        MIME.xml,
        ORDERS,
        own("request", "Reading request"),
        own("urn:dokuei:reading-request:1", "Reading request"),
      )
    case "cda":
      return entry(
        MIME.xml,
        REPORTS,
        STUDY_TYPE,
        code("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", IHE_FORMAT, "RAD CDA"),
      )
    case "pdf":
      return entry(MIME.pdf, REPORTS, STUDY_TYPE, code("urn:ihe:rad:PDF", IHE_FORMAT, "RAD PDF"))
    case "signature":
    case "set-signature":
    case "receipt":
      return entry(MIME.xml, LEGAL, SIGNATURE_TYPE, DSG_DETACHED, "art")
    case "refusal":
      return entry(
        MIME.xml,
        NOTICES,
        own("refusal", "Refusal notice"),
        own("urn:dokuei:refusal:1", "Refusal notice"),
      )
    case "recall":
      return entry(
        MIME.xml,
        NOTICES,
        own("recall", "Recall of a study"),
        own("urn:dokuei:recall:1", "Recall of a study"),
      )
    case "acknowledgement":
      return entry(
        MIME.xml,
        NOTICES,
        own("acknowledgement", "Acknowledgement"),
        own("urn:dokuei:acknowledgement:1", "Acknowledgement"),
      )
    case "certificate":
      return entry(
        MIME.xml,
        NOTICES,
        own("certificate", "Deletion certificate"),
        own("urn:dokuei:deletion-certificate:2", "Deletion certificate"),
      )
    case "recoding":
      return entry(
        MIME.xml,
        NOTICES,
        own("recoding", "Recoding of images"),
        own("urn:dokuei:recoding:1", "Recoding of images"),
        "art",
      )
    case "announcement":
      return entry(
        MIME.xml,
        NOTICES,
        own("announcement", "What a study is going to be"),
        own("urn:dokuei:announcement:1", "What a study is going to be"),
        "art",
      )
  }
}

/** Purposes of a signature in eventCodeList (ASTM E1762). */
export const PURPOSE = {
  author: code("1.2.840.10065.1.12.1.1", ASTM, "Author's signature"),
  review: code("1.2.840.10065.1.12.1.13", ASTM, "Review signature"),
  source: code("1.2.840.10065.1.12.1.14", ASTM, "Source signature"),
} as const

const KIND_DISPLAY: Readonly<Record<SubmissionKind, string>> = {
  study: "Imaging study for remote reading",
  unit: "Part of an imaging study for remote reading",
  report: "Diagnostic imaging report",
  receipt: "Receipt",
  refusal: "Refusal notice",
  recall: "Recall of a study",
  acknowledgement: "Acknowledgement",
  certificate: "Deletion certificate",
}

export const contentTypeCode = (kind: SubmissionKind): Code => own(kind, KIND_DISPLAY[kind])

/** What the sender says this submission is; null when the code is none of ours. */
export function kindOf(set: SubmissionSet): SubmissionKind | null {
  const { contentTypeCode: type } = set
  if (type?.scheme !== DOKUEI) return null
  return (Object.keys(KIND_DISPLAY) as SubmissionKind[]).find((kind) => kind === type.code) ?? null
}

/** Under an id of its own, with its SOP Instance UID as a reference (domain.md 3); a manifest is known by its UID. */
function isSealedInstance({ uniqueId, referenceIdList }: DocumentEntry): boolean {
  const reference = referenceIdList.find((each) => each.split("^")[4] === "urn:ihe:iti:xds:2013:uniqueId")
  return reference !== undefined && reference.split("^")[0] !== uniqueId
}

/** What a document is by its formatCode; a key object selection may be the manifest or one of the study's own. Signatures are told apart by what they sign: see `accept.ts`. */
export function roleOf(document: DocumentEntry): DocumentRole | null {
  if (document.formatCode === null) return null
  const { code: format, scheme } = document.formatCode
  if (scheme === DICOM_UID_REGISTRY)
    return format === KEY_OBJECT_SELECTION && !isSealedInstance(document) ? "manifest" : "instance"
  const roles: readonly DocumentRole[] = [
    "request",
    "cda",
    "pdf",
    "signature",
    "refusal",
    "recall",
    "acknowledgement",
    "certificate",
    "recoding",
    "announcement",
  ]
  return roles.find((role) => entryCodes(role).formatCode.code === format) ?? null
}
