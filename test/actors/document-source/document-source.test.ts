import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import type { Endpoint } from "../../../gateway/actors/document-source/endpoint.ts"
import type { OutboundDocument } from "../../../gateway/journey/ports.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, type Center, makePeople, openCenter, outbound, type People } from "../two-sides.ts"

const MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
const nothing = (): void => undefined
const MiB = 1024 * 1024

describe("Document Source to Document Recipient", () => {
  let people: People
  let center: Center

  before(async () => {
    people = makePeople()
    center = await openCenter(people)
  })
  after(() => center.close())

  const from = (endpoint: Partial<Endpoint> = {}) =>
    documentSource(() => ({ url: center.url, tls: callingAs(people, people.hospital), ...endpoint }))

  it("carries 50 documents, bit by bit, in one submission", async () => {
    const octets = Array.from({ length: 50 }, (_, index) => randomBytes(1000 * index))
    const submission = sampleSubmission(octets)
    const progress: number[] = []
    const answer = await from().provideAndRegister(
      "center",
      submission,
      octets.map((bytes, index) => outbound(uuid(index + 1), bytes)),
      MESSAGE_ID,
      (bytesSent) => void progress.push(bytesSent),
    )
    assert.deepEqual(answer, { status: "Success", errors: [] })
    const { last } = center.handler
    assert.deepEqual(last.submission, submission)
    assert.equal(last.messageId, MESSAGE_ID)
    assert.equal(last.peer.agreement, "hospital-a")
    octets.forEach((bytes, index) => {
      const sha1 = createHash("sha1").update(bytes).digest("hex")
      assert.deepEqual(last.documents.get(uuid(index + 1)), { lengthBytes: bytes.length, sha1 })
    })
    assert.deepEqual([last.commits, last.aborts], [1, 0])
    assert.deepEqual(
      progress.toSorted((a, b) => a - b),
      progress,
    )
    assert.ok(progress.at(-1)! > octets.reduce((sum, bytes) => sum + bytes.length, 0))
  })

  it("streams 64 MB with bounded memory", async () => {
    const block = randomBytes(64 * 1024)
    const blocks = 1024
    const hash = createHash("sha1")
    for (let n = 0; n < blocks; n += 1) hash.update(block)
    const submission = sampleSubmission([null])
    const entry = { ...submission.documentEntries[0]!, hash: hash.digest("hex"), size: blocks * block.length }
    let peakBytes = 0
    const document: OutboundDocument = {
      entryUUID: uuid(1),
      lengthBytes: blocks * block.length,
      async *open() {
        for (let n = 0; n < blocks; n += 1) {
          await Promise.resolve()
          yield block
          const { external, heapUsed } = process.memoryUsage()
          peakBytes = Math.max(peakBytes, external + heapUsed)
        }
      },
    }
    const { external, heapUsed } = process.memoryUsage()
    const answer = await from().provideAndRegister(
      "c",
      { ...submission, documentEntries: [entry] },
      [document],
      MESSAGE_ID,
      nothing,
    )
    assert.equal(answer.status, "Success")
    assert.ok(
      peakBytes - external - heapUsed < 40 * MiB,
      `${Math.round((peakBytes - external - heapUsed) / MiB)} MiB`,
    )
  })
})
