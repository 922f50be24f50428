import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { writeRequest } from "../../../gateway/standards/soap/envelope-writer.ts"
import { verbatim } from "../../../gateway/standards/xml/writer.ts"
import { PROVIDE_AND_REGISTER } from "../../../gateway/standards/xds/provide-and-register.ts"
import { XDS_B } from "../../../gateway/standards/xds/vocabulary.ts"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"
import { rowTests, SAMPLE_ROWS } from "../wire-rows.ts"
import { captured, type Captured, SHARED } from "./captured.ts"
import { CONTENT_TYPE, multipart, post, rootPart } from "./raw-request.ts"

/** Of the senders of the messages. */
const SOURCES = [
  "1.3.6.1.4.1.21367.4",
  "1.3.6.1.4.1.21367.2009.1.2.1",
  "1.3.6.1.4.1.21367.2010.1.2.108",
  "1.3.6.1.4.1.21367.13.40.111",
  "1.3.6.1.4.1.21367.2010.1.2.900",
  "1.42.2012105241.4.1.1.1",
  "129.6.58.92.1.1",
  "2.999.392.1",
]
/** What the templates leave open. */
const FILLED: readonly (readonly [RegExp, string])[] = [
  [/\$XDSDocumentEntry\.uniqueId1/g, "1.2.3.5"],
  [/\$XDSDocumentEntry\.uniqueId/g, "1.2.3.4"],
  [/\$XDSSubmissionSet\.uniqueId/g, "1.2.3.6"],
  [/\$folder_uniqueid/g, "1.2.3.7"],
  [/\$patientId/g, "1^^^&amp;1.2.3&amp;ISO"],
  [/\$[a-z_]*_uuid/g, "urn:uuid:00000000-0000-4000-8000-000000000007"],
]
const FOLDERS = ["iti41-mtom", "iti41", "associations", "xdr-metadata"]

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

describe("Document Recipient with messages of other stacks", () => {
  let people: People
  let center: Center | null = null
  before(async function () {
    if (SHARED === "") {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no captured messages")
      this.skip()
    }
    people = makePeople()
    center = await openCenter(people, { sourceIds: SOURCES })
  })
  after(() => center?.close())

  const { row } = rowTests(SAMPLE_ROWS)
  for (const key of Object.keys(SAMPLE_ROWS) as (keyof typeof SAMPLE_ROWS)[])
    row(key, async () => {
      const [name = "", change] = key.split(/(?=, )/)
      const isXml = name.endsWith(".xml")
      const forms = isXml ? [wrapped(name)] : [captured(name, false), captured(name, true)]
      for (const { contentType, body } of forms) {
        const sent = change === undefined ? body : Buffer.from(legal(body.toString("latin1")), "latin1")
        const headers = { "Content-Type": contentType }
        const { status, body: answer } = await post(center!.url, callingAs(people, people.hospital), sent, {
          headers,
        })
        const { answer: expected } = SAMPLE_ROWS[key]
        const [first = ""] = expected.split(/[,; ]/)
        if (first === "HTTP") assert.ok(expected.startsWith(`HTTP ${status}`), answer)
        else assert.ok(answer.includes(`ResponseStatusType:${first}`), answer)
        for (const [, word = ""] of expected.matchAll(/`([^`]+)`/g))
          assert.ok(answer.includes(word), `${word} in ${answer}`)
      }
    })

  it("leaves no request of theirs out", () => {
    const named = Object.keys(SAMPLE_ROWS).map((key) => key.split(", ")[0])
    for (const folder of FOLDERS.filter((each) => existsSync(path.join(SHARED, "ihe/samples", each))))
      for (const file of readdirSync(path.join(SHARED, "ihe/samples", folder)))
        if (!/README|\.header\.txt$/.test(file)) assert.ok(named.includes(`${folder}/${file}`), file)
  })
})
