import assert from "node:assert/strict"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"
import { captured, SHARED } from "./captured.ts"
import { post } from "./raw-request.ts"

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
    ["toolkit2-mtom-body.txt", 'errorCode="XDSMissingDocument"'],
  ] as const
  for (const [name, word] of cases)
    for (const isWire of [false, true])
      it(`${name}, ${isWire ? "CRLF" : "LF"}: ${word}`, async () => {
        const { contentType, body } = captured(`iti41-mtom/${name}`, isWire)
        const headers = { "Content-Type": contentType }
        const answer = await post(center!.url, callingAs(people, people.hospital), body, { headers })
        assert.ok(answer.body.includes(word), answer.body + contentType)
      })

  it("the constructed imaging request: four documents with right hashes", async () => {
    const { contentType, body } = captured("constructed/iti41-imaging-request.mtom.http", false)
    const answer = await post(center!.url, callingAs(people, people.hospital), body, {
      headers: { "Content-Type": contentType },
    })
    assert.ok(answer.body.includes("Success"), answer.body)
    assert.equal(center!.handler.last.documents.size, 4)
  })
})
