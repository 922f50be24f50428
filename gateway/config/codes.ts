/** `agreements[].codes`: what of an affinity domain's codes differs from the Japanese defaults. */
import { z } from "zod"
import { JAPANESE_CODES } from "../journey/agreed-codes.ts"
import type { Code } from "../standards/xds/submission.ts"
import { isLanguageCode, isOid } from "../standards/xds/data-types.ts"

/** What one slot value and one attribute of ebRIM hold. */
const MAX_CODE_LENGTH = 256

const text = z.string().trim().min(1).max(MAX_CODE_LENGTH)
const oid = z.string().refine(isOid, "must be an OID in dotted form")

/** A code is replaced as a whole: half a code is none. */
const code = (byDefault: Code, meaning: string) =>
  z.strictObject({ code: text, scheme: oid, display: text }).default(byDefault).describe(meaning)

const {
  confidentialityCode,
  healthcareFacilityTypeCode,
  practiceSettingCode,
  languageCode,
  classCode,
  typeCode,
  formatCode,
  codingSchemes,
} = JAPANESE_CODES

const FORMATS_DIFFER = "must differ from each other: documents are known again by them"
const formatCodes = z
  .strictObject({
    cda: code(formatCode.cda, "formatCode of a report as CDA"),
    pdf: code(formatCode.pdf, "formatCode of a report as PDF"),
    request: code(formatCode.request, "formatCode of a reading request"),
  })
  .refine((formats) => new Set(Object.values(formats).map((each) => each.code)).size === 3, FORMATS_DIFFER)
  .prefault({})

export const agreedCodes = z
  .strictObject({
    confidentialityCode: code(confidentialityCode, "confidentialityCode of every document"),
    healthcareFacilityTypeCode: code(
      healthcareFacilityTypeCode,
      "healthcareFacilityTypeCode of every document",
    ),
    practiceSettingCode: code(practiceSettingCode, "practiceSettingCode of every document"),
    languageCode: z
      .string()
      .refine(isLanguageCode, "must be a language tag such as ja-JP")
      .default(languageCode)
      .describe("languageCode of what people read"),
    classCode: z
      .strictObject({
        images: code(classCode.images, "classCode of images and manifests"),
        reports: code(classCode.reports, "classCode of reports"),
        orders: code(classCode.orders, "classCode of reading requests"),
        notices: code(classCode.notices, "classCode of what the two gateways tell each other"),
        signatures: code(classCode.signatures, "classCode of signatures and receipts"),
      })
      .prefault({}),
    typeCode: z
      .strictObject({
        study: code(typeCode.study, "typeCode of images and reports whose procedure has no code with an OID"),
        request: code(typeCode.request, "typeCode of reading requests"),
        signature: code(typeCode.signature, "typeCode of signatures and receipts"),
      })
      .prefault({}),
    formatCode: formatCodes,
    codingSchemes: z
      .record(z.string().min(1).max(16), oid)
      .default({})
      .transform((given): Readonly<Record<string, string>> => ({ ...codingSchemes, ...given }))
      .describe(
        "OID of a DICOM coding scheme designator, beside DCM, LN, SCT and SRT: where a study's procedure code (0008,1032) is of one of these, or names its scheme's UID, it becomes the typeCode. The two halves of JJ1017 are joined, as designator `JJ1017-32`",
      ),
  })
  .prefault({})
  .describe(
    "codes of the metadata we send, each given whole: `code`, `scheme` (OID) and `display`; both partners hold the same",
  )
