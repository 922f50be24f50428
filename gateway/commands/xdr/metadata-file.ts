/**
 * `dokuei xdr send --metadata FILE`: what the metadata of a test submission say and its files do not. Everything has a default,
 * so that a folder of files is enough for a first message.
 */
import { readFile } from "node:fs/promises"
import { parseDocument } from "yaml"
import { z } from "zod"
import { faultsOf } from "../../config/load.ts"
import { agreedCodes } from "../../config/codes.ts"
import { inWords, yamlFault } from "../../config/words.ts"
import { INSTITUTION_CODE } from "../../journey/institution.ts"
import { isOid, isMimeType } from "../../standards/xds/data-types.ts"

/** What one slot value of ebRIM holds. */
const MAX_TEXT_LENGTH = 256

const text = z.string().trim().min(1).max(MAX_TEXT_LENGTH)
const oid = z.string().refine(isOid, "must be an OID in dotted form")
const code = z.strictObject({ code: text, scheme: oid, display: text })
const institutionCode = z
  .string()
  .regex(INSTITUTION_CODE, "must be ten digits, of which the first two are a prefecture, 01 to 47")

/** OIDs below 2.999 are for examples (ITU-T X.660): nobody holds them, and nobody mistakes them for an institution. */
const EXAMPLE = "2.999.392"

const schema = z.strictObject({
  sender: z
    .strictObject({
      name: text.default("試験病院"),
      oid: oid.default(`${EXAMPLE}.1`).describe("sourceId of the submission"),
      institutionCode: institutionCode
        .optional()
        .describe("gives the domain of patient numbers where none is said"),
    })
    .prefault({}),
  recipients: z
    .array(z.strictObject({ name: text, oid }))
    .default([])
    .describe("intendedRecipient; none where empty"),
  patient: z
    .strictObject({
      id: text.optional(),
      domain: oid.optional().describe("OID of the domain the number is of"),
      name: text.optional().describe("family and given name, a space between"),
      kana: text.optional(),
      latin: text.optional(),
      birthDate: z.iso.date().optional(),
      sex: z.enum(["M", "F", "O"]).optional(),
    })
    .prefault({})
    .describe("each in place of what the images say"),
  accessionNumber: text.optional(),
  requestNumber: text.optional(),
  timeZone: z.string().default("Asia/Tokyo").describe("of the times in DICOM, which have none"),
  limitedMetadata: z.boolean().default(false).describe("labelled as limited metadata, without patientId"),
  title: text.optional(),
  contentTypeCode: code.optional(),
  codes: agreedCodes,
  documents: z
    .record(
      z.string(),
      z.strictObject({
        title: text.optional(),
        mimeType: z.string().refine(isMimeType, "must be type/subtype").optional(),
        classCode: code.optional(),
        typeCode: code.optional(),
        formatCode: code.optional(),
      }),
    )
    .default({})
    .describe("by name of the file"),
})

export type TestMetadata = z.infer<typeof schema>
export type DocumentWords = TestMetadata["documents"][string]

export const EXAMPLE_PATIENT_DOMAIN = `${EXAMPLE}.1.1`

/** @param path null = nothing but defaults. @throws ConfigError naming every fault */
export async function testMetadata(path: string | null): Promise<TestMetadata> {
  if (path === null) return schema.parse({})
  const document = parseDocument(await readFile(path, "utf8"))
  const [broken] = document.errors
  if (broken !== undefined) throw faultsOf(path, [{ path: "", message: yamlFault(broken.message) }])
  const value: unknown = document.toJS() ?? {}
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  throw faultsOf(
    path,
    checked.error.issues.map((issue) => inWords(issue, value)),
  )
}
