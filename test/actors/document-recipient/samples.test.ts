import assert from "node:assert/strict"
import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"
import { rowTests, SAMPLE_ROWS } from "../wire-rows.ts"
import { SHARED } from "./captured.ts"
import { post } from "./raw-request.ts"
import { formsOf } from "./sample-messages.ts"

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
const FOLDERS = ["iti41-mtom", "iti41", "associations", "xdr-metadata"]

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
      for (const { contentType, body: sent } of formsOf(key)) {
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
