import assert from "node:assert/strict"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import type { DocumentSource } from "../../../gateway/journey/ports/outside.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import { attempted } from "../../../gateway/journey/submit/attempt.ts"
import { enter, requestFor, storeAll, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

const FAILURE = { status: "Failure", errors: [] } as const
const SUCCESS = { status: "Success", errors: [] } as const

describe("what an attempt tells of the line", () => {
  let sides: TwoSides
  let record: SubmissionRecord
  before(async () => {
    sides = await TwoSides.open()
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle(10 * MINUTE_MS)
    record = (await sides.edge.ledger.submissionsOf({ requestId })).find(({ kind }) => kind === "study")!
  })
  after(() => sides.close())

  /** What the pace was told of an attempt that went so. */
  async function told(provideAndRegister: DocumentSource["provideAndRegister"]): Promise<string[]> {
    const { world } = sides.edge
    const heard: string[] = []
    const pace = {
      ...world.pace,
      through: (_: string, { bytes }: { bytes: number }) => heard.push(`through ${bytes}`),
      cut: (_: string, { bytes }: { bytes: number }) => heard.push(`cut ${bytes}`),
    }
    const begin = () => Promise.resolve(null)
    await attempted({ ...world, pace, source: { provideAndRegister } }, record, begin).catch(
      (error: unknown) => {
        assert.ok(error instanceof SubmissionError)
      },
    )
    return heard
  }
  const answering =
    (answer: typeof SUCCESS | typeof FAILURE, ...said: [sent: number, before?: number]) =>
    (...[, , , , progress]: Parameters<DocumentSource["provideAndRegister"]>) => {
      progress(...said)
      return Promise.resolve(answer)
    }

  it("is how much of it arrived, when it arrived whole", async () => {
    const whole = record.bytesTotal + 900
    assert.deepEqual(await told(answering(SUCCESS, whole)), [`through ${whole}`])
  })

  it("is nothing, when the answer came before all was handed over, or was a refusal", async () => {
    assert.deepEqual(await told(answering(SUCCESS, 900)), [])
    assert.deepEqual(await told(answering(FAILURE, 900)), [])
    assert.deepEqual(await told(answering(FAILURE, record.bytesTotal + 900)), [])
    assert.deepEqual(await told(() => Promise.resolve(SUCCESS)), [])
  })

  it("leaves out what earlier attempts had brought", async () => {
    const whole = record.bytesTotal + 900
    assert.deepEqual(await told(answering(SUCCESS, whole, whole - 500)), ["through 500"])
    const broken: DocumentSource["provideAndRegister"] = (...[, , , , progress]) => {
      progress(700, 600)
      return Promise.reject(new SubmissionError("ERR_SUBMISSION_UNANSWERED", "the line broke"))
    }
    assert.deepEqual(await told(broken), ["cut 100"])
  })
})
