import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import path from "node:path"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"
import { post } from "./raw-request.ts"

const SHARED = process.env.DOKUEI_SHARED ?? ""

/** Raw message of a sample file: Content-Type and body, with the line ends as stored or as on a wire. */
function rawMessage(name: string, isWire: boolean): { readonly contentType: string; readonly body: Buffer } {
  const read = (file: string): string => readFileSync(path.join(SHARED, "ihe/samples", file), "latin1")
  const whole = read(name)
  const isBodyOnly = name.endsWith(".body.txt")
  const [head, body] = isBodyOnly ? [read(name.replace(".body.", ".header.")), whole] : split(whole)
  const found = /content-type:\s*(multipart[^]*?)(?=\r?\n[^\s]|\r?\n?$)/i.exec(head)?.[1] ?? head
  const lines = isWire ? body.replace(/\r?\n/g, "\r\n") : body
  return { contentType: found.replace(/\s+/g, " ").trim(), body: Buffer.from(lines, "latin1") }
}

function split(message: string): readonly [string, string] {
  const end = /\r?\n\r?\n/.exec(message)!
  return [message.slice(0, end.index), message.slice(end.index + end[0].length)]
}

/** toolkit2-mtom-body.txt is stored without any header: its boundary is its first line. */
function bareMessage(name: string, isWire: boolean): { readonly contentType: string; readonly body: Buffer } {
  const text = readFileSync(path.join(SHARED, "ihe/samples", name), "latin1")
  const boundary = /--(\S+)/.exec(text)![1]!
  const body = isWire ? text.replace(/\r?\n/g, "\r\n") : text
  return { contentType: `multipart/related; boundary="${boundary}"`, body: Buffer.from(body, "latin1") }
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
    const sourceIds = ["1.3.6.1.4.1.21367.4", "129.6.58.92.1.1", "1.3.6.1.4.1.21367.13.40.111", "2.999.392.1"]
    center = await openCenter(people, { sourceIds })
  })
  after(() => center?.close())

  const cases = [
    ["toolkit2-xop.body.txt", "Success"],
    ["toolkit2-noxop.body.txt", "Success"],
    ["toolkit2-encodedurl.body.txt", "Success"],
    ["toolkit2-dicom.body.txt", "Success"],
    ["toolkit2-multipart.body.txt", "Success"],
    ["toolkit2-http-mtom-pnr.txt", "3.4.5"],
    ["toolkit2-mtom-body.txt", "XDSMissingDocument"],
  ] as const
  for (const [name, word] of cases)
    for (const isWire of [false, true])
      it(`${name}, ${isWire ? "CRLF" : "LF"}: ${word}`, async () => {
        const read = name === "toolkit2-mtom-body.txt" ? bareMessage : rawMessage
        const { contentType, body } = read(`iti41-mtom/${name}`, isWire)
        const headers = { "Content-Type": contentType }
        const answer = await post(center!.url, callingAs(people, people.hospital), body, { headers })
        assert.ok(answer.body.includes(word), answer.body + contentType)
      })

  it("the constructed imaging request: four documents with right hashes", async () => {
    const { contentType, body } = rawMessage("constructed/iti41-imaging-request.mtom.http", false)
    const answer = await post(center!.url, callingAs(people, people.hospital), body, {
      headers: { "Content-Type": contentType },
    })
    assert.ok(answer.body.includes("Success"), answer.body)
    assert.equal(center!.handler.last.documents.size, 4)
  })
})
