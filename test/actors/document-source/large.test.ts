import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { documentSource } from "../../../gateway/actors/document-source/document-source.ts"
import type { OutboundDocument } from "../../../gateway/journey/ports/outside.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"
import { sampleEntry, sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { callingAs, type Center, makePeople, openCenter, type People } from "../two-sides.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB
const MOST_DOCUMENTS = 4_000
const BLOCK = randomBytes(64 * KiB)
/** What both ends together may hold more in the second half of a message than in the first. */
const MAX_GROWTH = 8 * MiB

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

/** What both ends hold, in one process. Octets that one collection finds dead a busy machine frees only before the next. */
function heldBytes(): number {
  collectGarbage()
  collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return external + heapUsed
}

/** The block again and again; octets are made when they are asked for. */
function document(n: number, lengthBytes: number): OutboundDocument {
  return {
    entryUUID: uuid(n),
    lengthBytes,
    async *open() {
      await Promise.resolve()
      for (let at = 0; at < lengthBytes; at += BLOCK.length)
        yield Buffer.from(BLOCK.subarray(0, Math.min(BLOCK.length, lengthBytes - at)))
    },
  }
}

async function* passing(
  octets: AsyncIterable<Uint8Array>,
  tell: (lengthBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of octets) {
    tell(piece.length)
    yield piece
  }
}

async function sha1Of(each: OutboundDocument): Promise<string> {
  const hash = createHash("sha1")
  for await (const piece of each.open()) hash.update(piece)
  return hash.digest("hex")
}

describe("Document Source to Document Recipient: the largest messages", function () {
  this.timeout(LONG ? 600_000 : 60_000)
  let people: People
  let center: Center
  before(async () => {
    people = makePeople()
    center = await openCenter(people)
  })
  after(() => center.close())

  /** Sends, and gives what was held each time a sixteenth more of the octets had come. */
  async function carry(
    submission: Submission,
    documents: readonly OutboundDocument[],
  ): Promise<readonly number[]> {
    const total = documents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    const held: number[] = []
    let taken = 0
    const { document: remember } = center.handler
    center.handler.document = (seen, entry, octets) =>
      remember(
        seen,
        entry,
        passing(octets, (lengthBytes) => {
          taken += lengthBytes
          if (taken >= ((held.length + 1) * total) / 16) held.push(heldBytes())
        }),
      )
    const source = documentSource(() => ({ url: center.url, tls: callingAs(people, people.hospital) }))
    const answer = await source.provideAndRegister(
      "center",
      submission,
      documents,
      "urn:uuid:1",
      () => undefined,
    )
    center.handler.document = remember
    assert.deepEqual(answer, { status: "Success", errors: [] })
    return held
  }

  /** Least in each half: what lies between two pieces comes and goes. */
  function flat(held: readonly number[]): void {
    const half = held.length / 2
    const growth = Math.min(...held.slice(half)) - Math.min(...held.slice(0, half))
    assert.ok(growth < MAX_GROWTH, `${Math.round(growth / MiB)} MiB more were held in the second half`)
  }

  async function carriesMany(lengthBytes: number): Promise<void> {
    const documents = Array.from({ length: MOST_DOCUMENTS }, (_, n) => document(n + 1, lengthBytes))
    const hash = await sha1Of(documents[0]!)
    const entries = documents.map((_, n) => ({ ...sampleEntry(n + 1, null), hash, size: lengthBytes }))
    flat(await carry({ ...sampleSubmission([]), documentEntries: entries }, documents))
    const { last } = center.handler
    assert.equal(last.documents.size, MOST_DOCUMENTS)
    for (const each of last.documents.values()) assert.deepEqual(each, { lengthBytes, sha1: hash })
    assert.deepEqual([last.commits, last.aborts], [1, 0])
  }

  it(`carry ${MOST_DOCUMENTS} documents in one submission, and hold no more at its end than at its beginning`, () =>
    carriesMany(4 * KiB))

  if (LONG) {
    it("carry 4 GiB in 4,000 documents, and hold none of it", () =>
      carriesMany(Math.ceil((4 * GiB) / MOST_DOCUMENTS)))

    it("carry one document of more than 4 GiB, and hold none of it", async () => {
      const big = document(1, 4 * GiB + 3)
      const hash = await sha1Of(big)
      const entry = { ...sampleEntry(1, null), hash, size: big.lengthBytes }
      flat(await carry({ ...sampleSubmission([]), documentEntries: [entry] }, [big]))
      assert.deepEqual(center.handler.last.documents.get(uuid(1)), {
        lengthBytes: big.lengthBytes,
        sha1: hash,
      })
    })
  }
})
