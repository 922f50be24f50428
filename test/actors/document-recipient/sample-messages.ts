/** The reference messages as requests: envelopes and metadata alone are completed to what a sender would send. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { writeRequest } from "../../../gateway/standards/soap/envelope-writer.ts"
import { verbatim } from "../../../gateway/standards/xml/writer.ts"
import { PROVIDE_AND_REGISTER } from "../../../gateway/standards/xds/provide-and-register.ts"
import { XDS_B } from "../../../gateway/standards/xds/vocabulary.ts"
import { captured, type Captured, SHARED } from "./captured.ts"
import { CONTENT_TYPE, multipart, rootPart } from "./raw-request.ts"

/** What the templates leave open. */
const FILLED: readonly (readonly [RegExp, string])[] = [
  [/\$XDSDocumentEntry\.uniqueId1/g, "1.2.3.5"],
  [/\$XDSDocumentEntry\.uniqueId/g, "1.2.3.4"],
  [/\$XDSSubmissionSet\.uniqueId/g, "1.2.3.6"],
  [/\$folder_uniqueid/g, "1.2.3.7"],
  [/\$patientId/g, "1^^^&amp;1.2.3&amp;ISO"],
  [/\$[a-z_]*_uuid/g, "urn:uuid:00000000-0000-4000-8000-000000000007"],
]

function legal(text: string): string {
  return text.replaceAll("&amp;3.4.5&amp;ISO", "&amp;1.3.4.5&amp;ISO")
}

/** A stored envelope, request or SubmitObjectsRequest as root of a message, with a Document for each entry. */
function wrapped(name: string): Captured {
  const stored = readFileSync(path.join(SHARED, "ihe/samples", name), "utf8").replace(/^\s*<\?xml.*?\?>/s, "")
  const text = FILLED.reduce((xml, [hole, value]) => xml.replace(hole, value), stored)
  return { contentType: CONTENT_TYPE, body: multipart([rootPart(inEnvelope(text))]) }
}

function inEnvelope(text: string): string {
  if (/:Envelope\b/.test(text)) return text
  const body = text.includes(":ProvideAndRegisterDocumentSetRequest")
    ? text.replace(/<\/[a-z0-9]+:ProvideAndRegisterDocumentSetRequest>/, (end) => documents(text) + end)
    : `<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="${XDS_B}">${text}${documents(text)}</xds:ProvideAndRegisterDocumentSetRequest>`
  return writeRequest(
    { action: PROVIDE_AND_REGISTER, messageId: "urn:uuid:1", to: "https://x/" },
    verbatim(body),
  )
}

/** Templates come without documents; who leaves them out on purpose is left as it is. */
function documents(text: string): string {
  if (/:Document\b|limitedMetadata|ab9b591b/.test(text)) return ""
  const ids = [...text.matchAll(/<[a-z0-9]*:?ExtrinsicObject\b[^>]*?\bid="([^"]*)"/gs)].map(([, id]) => id)
  return ids.map((id) => `<d:Document xmlns:d="${XDS_B}" id="${id!}">YQ==</d:Document>`).join("")
}

/** A row of `SAMPLE_ROWS` as stored, with LF and with CRLF, or changed as it says. */
export function formsOf(key: string): readonly Captured[] {
  const [name = "", change] = key.split(/(?=, )/)
  const forms = name.endsWith(".xml") ? [wrapped(name)] : [captured(name, false), captured(name, true)]
  if (change === undefined) return forms
  return forms.map(({ contentType, body }) => ({
    contentType,
    body: Buffer.from(legal(body.toString("latin1")), "latin1"),
  }))
}
