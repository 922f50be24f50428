import assert from "node:assert/strict"
import { AcceptanceError } from "../../../gateway/journey/errors.ts"
import type { SubmissionHandler } from "../../../gateway/journey/ports.ts"
import type { DocumentEntry } from "../../../gateway/standards/xds/submission.ts"
import { enter, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

describe("a submission that comes again", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let attempts: number
  let refusals: string[]

  beforeEach(async () => {
    sides = await TwoSides.open()
    attempts = 0
    refusals = []
    // The receipt would tell what the lost answer did not: it comes later than the next attempt.
    sides.line.fault = (kind, again) => {
      if (kind === "receipt" && attempts < 2) return "unreachable"
      return kind === "study" && again === 0 ? "lost" : null
    }
  })
  afterEach(() => sides.close())

  /** What the centre's door is told of each document, by attempt. */
  async function sendTwice(
    tell: (entry: DocumentEntry, attempt: number) => DocumentEntry,
  ): Promise<string[]> {
    const inner = sides.center.door
    const door: SubmissionHandler = {
      begin: async (peer, submission, messageId) => {
        if (submission.submissionSet.contentTypeCode!.code !== "study")
          return inner.begin(peer, submission, messageId)
        const attempt = attempts++
        const documentEntries = submission.documentEntries.map((entry) => tell(entry, attempt))
        try {
          return await inner.begin(peer, { ...submission, documentEntries }, messageId)
        } catch (error) {
          if (error instanceof AcceptanceError) refusals.push(error.registryCode)
          throw error
        }
      },
    }
    Object.defineProperty(sides.center, "door", { get: () => door })
    const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    assert.ok(attempts > 1, "it was sent again")
    const sent = await sides.edge.ledger.submissionsOf({ requestId })
    return sent.filter(({ kind }) => kind === "study").map(({ state }) => state)
  }

  it("is the same when its sender states neither hash nor size", async () => {
    assert.deepEqual(await sendTwice((entry) => ({ ...entry, hash: null, size: null })), ["verified"])
    const [record] = await sides.center.ledger.studies(1)
    const [submission] = await sides.center.ledger.submissionsOf({ studyId: record!.id })
    for (const { hash, sizeBytes } of await sides.center.ledger.documents(submission!.id)) {
      assert.match(hash, /^[0-9a-f]{40}$/)
      assert.ok(sizeBytes > 0)
    }
    assert.ok(submission!.bytesTotal > 0)
  })

  it("is the same when it states them only the first time, or only the second", async () => {
    const states = await sendTwice((entry, attempt) => (attempt === 0 ? { ...entry, hash: null } : entry))
    assert.deepEqual(states, ["verified"])
  })

  it("is another when it states another hash; what came first was delivered, as its receipt says", async () => {
    const other = "0".repeat(40)
    const states = await sendTwice((entry, attempt) => (attempt === 0 ? entry : { ...entry, hash: other }))
    assert.deepEqual([refusals, states], [["XDSDuplicateUniqueIdInRegistry"], ["verified"]])
  })
})
