import assert from "node:assert/strict"
import { AcceptanceError } from "../../../gateway/journey/errors.ts"
import type { SubmissionHandler } from "../../../gateway/journey/ports/inbound.ts"
import type { DocumentEntry, Submission } from "../../../gateway/standards/xds/submission.ts"
import { MR_IMAGE_STORAGE } from "../../peers/dicom-study.ts"
import { enter, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

const ofEvery =
  (change: Partial<DocumentEntry>) =>
  (submission: Submission): Submission => ({
    ...submission,
    documentEntries: submission.documentEntries.map((entry) => ({ ...entry, ...change })),
  })

const imageOf = ({ documentEntries }: Submission): DocumentEntry =>
  documentEntries.find(({ formatCode }) => formatCode?.code === MR_IMAGE_STORAGE)!

function withImage(submission: Submission, change: Partial<DocumentEntry>): Submission {
  const image = imageOf(submission)
  return {
    ...submission,
    documentEntries: submission.documentEntries.map((entry) =>
      entry === image ? { ...entry, ...change } : entry,
    ),
  }
}

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

  /** What the centre's door is told of each submission of images, by attempt. */
  async function sendTwice(tell: (submission: Submission, attempt: number) => Submission): Promise<string[]> {
    const inner = sides.center.door
    const door: SubmissionHandler = {
      begin: async (peer, submission, messageId) => {
        if (submission.submissionSet.contentTypeCode!.code !== "study")
          return inner.begin(peer, submission, messageId)
        const attempt = attempts++
        try {
          return await inner.begin(peer, tell(submission, attempt), messageId)
        } catch (error) {
          if (error instanceof AcceptanceError) refusals.push(error.registryCode)
          throw error
        }
      },
    }
    Object.defineProperty(sides.center, "door", { get: () => door })
    const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 2))
    await sides.settle()
    assert.ok(attempts > 1, "it was sent again")
    const sent = await sides.edge.ledger.submissionsOf({ requestId })
    return sent.filter(({ kind }) => kind === "study").map(({ state }) => state)
  }

  it("is the same when its sender states neither hash nor size", async () => {
    assert.deepEqual(await sendTwice(ofEvery({ hash: null, size: null })), ["verified"])
    const [record] = await sides.center.ledger.studies(1)
    const [submission] = await sides.center.ledger.submissionsOf({ studyId: record!.id })
    for (const { hash, sizeBytes } of await sides.center.ledger.documents(submission!.id)) {
      assert.match(hash, /^[0-9a-f]{40}$/)
      assert.ok(sizeBytes > 0)
    }
    assert.ok(submission!.bytesTotal > 0)
  })

  it("is the same when it states them only the first time, or only the second", async () => {
    const states = await sendTwice((submission, attempt) =>
      attempt === 0 ? ofEvery({ hash: null })(submission) : submission,
    )
    assert.deepEqual(states, ["verified"])
  })

  describe("is another, and what came first was delivered, as its receipt says:", () => {
    const others: readonly (readonly [string, string, (submission: Submission) => Submission])[] = [
      ["a document with another hash", "XDSNonIdenticalHash", ofEvery({ hash: "0".repeat(40) })],
      ["a document with another size", "XDSNonIdenticalSize", ofEvery({ size: 1 })],
      [
        "fewer documents",
        "XDSDuplicateUniqueIdInRegistry",
        (submission) => {
          const image = imageOf(submission)
          return {
            ...submission,
            documentEntries: submission.documentEntries.filter((each) => each !== image),
          }
        },
      ],
      [
        "another document",
        "XDSDuplicateUniqueIdInRegistry",
        (submission) => withImage(submission, { uniqueId: "2.25.1" }),
      ],
      [
        "another patient",
        "XDSDuplicateUniqueIdInRegistry",
        (submission) => {
          const patientId = submission.submissionSet.patientId!.replace("P1", "P2")
          const entries = ofEvery({ patientId, sourcePatientId: patientId })(submission)
          return { ...entries, submissionSet: { ...submission.submissionSet, patientId } }
        },
      ],
    ]
    for (const [what, registryCode, bend] of others)
      it(`${what}: ${registryCode}`, async () => {
        const states = await sendTwice((submission, attempt) =>
          attempt === 0 ? submission : bend(submission),
        )
        assert.deepEqual([refusals, states], [[registryCode], ["verified"]])
      })
  })

  it("brings a known document with other octets, of which nothing is said: XDSNonIdenticalHash", async () => {
    sides.line.fault = () => null
    let known = ""
    const inner = sides.center.door
    const door: SubmissionHandler = {
      begin: async (peer, submission, messageId) => {
        if (submission.submissionSet.contentTypeCode!.code !== "study")
          return inner.begin(peer, submission, messageId)
        const image = imageOf(submission)
        const change = { uniqueId: known === "" ? image.uniqueId : known, hash: null, size: null }
        known = change.uniqueId
        const intake = await inner.begin(peer, withImage(submission, change), messageId)
        return {
          ...intake,
          document: async (entry, octets) => {
            try {
              await intake.document(
                entry.entryUUID === image.entryUUID ? { ...entry, ...change } : entry,
                octets,
              )
            } catch (error) {
              if (error instanceof AcceptanceError) refusals.push(error.registryCode)
              throw error
            }
          },
        }
      },
    }
    Object.defineProperty(sides.center, "door", { get: () => door })
    for (const PatientID of ["P1", "P2"]) {
      await enter(sides.edge, requestFor(PatientID, `R-${PatientID}`))
      await storeAll(sides.edge, study(PatientID, 1))
      await sides.settle()
    }
    assert.deepEqual(refusals, ["XDSNonIdenticalHash"])
    assert.equal((await sides.center.ledger.documentsByUniqueId(known)).length, 1)
  })
})
