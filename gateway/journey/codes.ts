/**
 * The codes our documents carry (ITI TF-3 4.2.3; RAD TF XDR-I), and how a document is known again by them.
 */
import type { CodedEntry } from "../standards/dicom/coded-entry.ts"
import type { Code, DocumentEntry, SubmissionSet } from "../standards/xds/submission.ts"
import { REFERENCE_TYPE } from "../standards/xds/vocabulary.ts"
import { type AgreedCodes, SCHEME, studyTypeCode } from "./agreed-codes.ts"
import type { DocumentRole, SubmissionKind } from "./records/submission.ts"

const { ASTM, DOKUEI, IHE_FORMAT } = SCHEME

export const KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
export const MIME = {
  dicom: "application/dicom",
  xml: "text/xml",
  pdf: "application/pdf",
  cms: "application/pkcs7-mime",
  png: "image/png",
  zip: "application/zip",
} as const

const code = (value: string, scheme: string, display: string): Code => ({ code: value, scheme, display })

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
  languageCode: string,
): EntryCodes => ({
  mimeType,
  classCode,
  typeCode,
  formatCode,
  languageCode,
})

const DSG_DETACHED = code("urn:ihe:iti:dsg:detached:2014", IHE_FORMAT, "ITI DSG Detached")
/** ITI TF-3 5.1.2. */
const BPPC = code("urn:ihe:iti:bppc:2007", IHE_FORMAT, "ITI BPPC")
const CONSENT = code("57016-8", SCHEME.LOINC, "Privacy Policy Acknowledgement Document")
/** The MIME type tells all there is to tell (ITI TF-3 4.2.3.2.9). */
const MIME_TYPE_SUFFICIENT = code(
  "urn:ihe:iti:xds:2017:mimeTypeSufficient",
  IHE_FORMAT,
  "mimeType Sufficient",
)
const own = (value: string, display: string): Code => code(value, DOKUEI, display)

/** What a document is about, as far as its codes tell. */
export interface Coded {
  /** Format of an instance. */
  readonly SOPClassUID: string
  /** Codes of the study's procedure. */
  readonly procedures: readonly CodedEntry[]
}
const NOTHING_CODED: Coded = { SOPClassUID: "", procedures: [] }

/** Codes by role, out of those agreed. */
export function entryCodes(
  role: DocumentRole,
  codes: AgreedCodes,
  { SOPClassUID, procedures }: Coded = NOTHING_CODED,
): EntryCodes {
  const { classCode, typeCode, formatCode, languageCode } = codes
  const study = studyTypeCode(codes, procedures)
  switch (role) {
    case "instance":
      return entry(
        MIME.dicom,
        classCode.images,
        study,
        code(SOPClassUID, SCHEME.DICOM_UIDS, "DICOM SOP Class"),
        languageCode,
      )
    case "manifest":
      return entry(
        MIME.dicom,
        classCode.images,
        study,
        code(KEY_OBJECT_SELECTION, SCHEME.DICOM_UIDS, "Key Object Selection"),
        languageCode,
      )
    case "request":
      return entry(MIME.xml, classCode.orders, typeCode.request, formatCode.request, languageCode)
    case "cda":
      return entry(MIME.xml, classCode.reports, study, formatCode.cda, languageCode)
    case "pdf":
      return entry(MIME.pdf, classCode.reports, study, formatCode.pdf, languageCode)
    case "signature":
    case "set-signature":
    case "receipt":
      return entry(MIME.xml, classCode.signatures, typeCode.signature, DSG_DETACHED, "art")
    case "refusal":
      return entry(
        MIME.xml,
        classCode.notices,
        own("refusal", "Refusal notice"),
        own("urn:dokuei:refusal:1", "Refusal notice"),
        languageCode,
      )
    case "recall":
      return entry(
        MIME.xml,
        classCode.notices,
        own("recall", "Recall of a study"),
        own("urn:dokuei:recall:1", "Recall of a study"),
        languageCode,
      )
    case "acknowledgement":
      return entry(
        MIME.xml,
        classCode.notices,
        own("acknowledgement", "Acknowledgement"),
        own("urn:dokuei:acknowledgement:1", "Acknowledgement"),
        languageCode,
      )
    case "certificate":
      return entry(
        MIME.xml,
        classCode.notices,
        own("certificate", "Deletion certificate"),
        own("urn:dokuei:deletion-certificate:2", "Deletion certificate"),
        languageCode,
      )
    case "recoding":
      return entry(
        MIME.xml,
        classCode.notices,
        own("recoding", "Recoding of images"),
        own("urn:dokuei:recoding:1", "Recoding of images"),
        "art",
      )
    case "consent":
      return entry(MIME.xml, CONSENT, CONSENT, BPPC, languageCode)
    case "attachment":
      return entry(MIME.pdf, classCode.orders, typeCode.request, MIME_TYPE_SUFFICIENT, languageCode)
    case "zip":
      return entry(MIME.zip, classCode.images, study, MIME_TYPE_SUFFICIENT, languageCode)
    case "announcement":
      return entry(
        MIME.xml,
        classCode.notices,
        own("announcement", "What a study is going to be"),
        own("urn:dokuei:announcement:1", "What a study is going to be"),
        "art",
      )
  }
}

/** Purposes of a signature in eventCodeList (ASTM E1762). */
export const PURPOSE = {
  author: code("1.2.840.10065.1.12.1.1", ASTM, "Author's signature"),
  addendum: code("1.2.840.10065.1.12.1.15", ASTM, "Addendum signature"),
  review: code("1.2.840.10065.1.12.1.13", ASTM, "Review signature"),
  source: code("1.2.840.10065.1.12.1.14", ASTM, "Source signature"),
} as const

const KIND_DISPLAY: Readonly<Record<SubmissionKind, string>> = {
  study: "Imaging study for remote reading",
  unit: "Part of an imaging study for remote reading",
  report: "Diagnostic imaging report",
  stamp: "Time stamp of a signature",
  preliminary: "Preliminary diagnostic imaging report",
  receipt: "Receipt",
  refusal: "Refusal notice",
  recall: "Recall of a study",
  acknowledgement: "Acknowledgement",
  certificate: "Deletion certificate",
  phantom: "Self-test: a study of nobody",
  "phantom-report": "Self-test: the report on a study of nobody",
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
  const reference = referenceIdList.find((each) => each.split("^")[4] === REFERENCE_TYPE.uniqueId)
  return reference !== undefined && reference.split("^")[0] !== uniqueId
}

/** What a document is by its formatCode; a key object selection may be the manifest or one of the study's own. Signatures are told apart by what they sign: see `accept.ts`. */
export function roleOf(document: DocumentEntry, codes: AgreedCodes): DocumentRole | null {
  if (document.formatCode === null) return null
  const { code: format, scheme } = document.formatCode
  if (scheme === SCHEME.DICOM_UIDS)
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
    "consent",
  ]
  return roles.find((role) => entryCodes(role, codes).formatCode.code === format) ?? null
}
