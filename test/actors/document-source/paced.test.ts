import assert from "node:assert/strict"
import { pacedSource } from "../../../gateway/actors/document-source/paced.ts"
import type { DocumentSource, OutboundDocument } from "../../../gateway/journey/ports/outside.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"

const SUBMISSION: Submission = {} as never
const MBIT = 125_000

/** Time that passes only by waiting. */
class Time {
  at = 1000
  now = (): number => this.at
  wait = async (milliseconds: number): Promise<void> => {
    const until = this.at + milliseconds
    await Promise.resolve()
    this.at = Math.max(this.at, until)
  }
}

function sizedDocument(lengthBytes: number): OutboundDocument {
  return {
    entryUUID: "urn:uuid:1",
    lengthBytes,
    async *open() {
      yield await Promise.resolve(new Uint8Array(lengthBytes))
    },
  }
}

describe("a paced line", () => {
  let largestStep = 0
  /** Reads what it is to send, as a socket does. */
  const reader: DocumentSource = {
    provideAndRegister: async (_agreement, _submission, documents) => {
      let bytes = 0
      for (const document of documents)
        for await (const piece of document.open()) {
          bytes += piece.length
          largestStep = Math.max(largestStep, piece.length)
        }
      assert.equal(
        bytes,
        documents.reduce((sum, each) => sum + each.lengthBytes, 0),
      )
      return { status: "Success", errors: [] }
    },
  }
  const send = (source: DocumentSource, agreement: string, ...sizes: number[]): Promise<unknown> =>
    source.provideAndRegister(agreement, SUBMISSION, sizes.map(sizedDocument), "m", () => undefined)

  it("takes as long as the agreed rate says, in small steps", async () => {
    const time = new Time()
    largestStep = 0
    await send(
      pacedSource(reader, () => 8, time),
      "a",
      8 * MBIT,
      16 * MBIT,
    )
    assert.ok(Math.abs(time.at - 1000 - 3000) <= 50, `${time.at - 1000} ms for three seconds' worth`)
    assert.equal(largestStep, 50 * MBIT * 8 * 0.001)
  })

  it("is one line for all that goes to a partner at a time, and another for another partner", async () => {
    const time = new Time()
    const source = pacedSource(reader, (agreement) => (agreement === "free" ? null : 8), time)
    await Promise.all([send(source, "a", 8 * MBIT), send(source, "a", 8 * MBIT), send(source, "b", 8 * MBIT)])
    assert.ok(Math.abs(time.at - 1000 - 2000) <= 50, `${time.at - 1000} ms`)
    const before = time.at
    await send(source, "free", 100 * MBIT)
    assert.equal(time.at, before)
  })

  it("saves up no more than a fraction of a second", async () => {
    const time = new Time()
    const source = pacedSource(reader, () => 8, time)
    await send(source, "a", MBIT)
    time.at += 60_000
    const before = time.at
    await send(source, "a", 8 * MBIT)
    assert.ok(time.at - before >= 950 - 1, `${time.at - before} ms`)
  })
})
