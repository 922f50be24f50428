/** Three days without a line: devices notice nothing, the queue grows, nobody calls in vain, and STAT goes first. */
import assert from "node:assert/strict"
import { enter, requestFor, storeAll, study } from "./people.ts"
import { MINUTE_MS, TwoSides } from "./world.ts"

const HOUR_MS = 60 * MINUTE_MS
const STUDIES = 12
const STAT = "P7"
const UNREACHABLE = "ERR_SUBMISSION_UNREACHABLE"
const BETWEEN_MS = 6 * HOUR_MS
/** Of each six hours so much is lived through; the rest is passed over. */
const LIVED_MS = 20 * MINUTE_MS

describe("seventy-two hours without a line to the reading centre", function () {
  this.timeout(60_000)
  let sides: TwoSides
  let down: boolean
  /** Studies that were tried while the line was down, and afterwards. */
  const tried = (): { inVain: number; sets: string[] } => {
    const studies = sides.line.attempts.filter(({ kind }) => kind === "study")
    const through = studies.filter(({ fault }) => fault === null)
    return {
      inVain: studies.length - through.length,
      sets: through.map(({ submissionSetUid }) => submissionSetUid),
    }
  }

  before(async () => {
    sides = await TwoSides.open()
    down = true
    sides.line.fault = () => (down ? "unreachable" : null)
  })
  after(() => sides.close())

  it("every image is taken, sealed and packed as on any day", async () => {
    for (let number = 1; number <= STUDIES; number += 1) {
      const PatientID = `P${number}`
      const urgency = PatientID === STAT ? "STAT" : "ROUTINE"
      await enter(sides.edge, { ...requestFor(PatientID, `R-${PatientID}`), urgency })
      await storeAll(sides.edge, study(PatientID, 2))
      const begun = sides.time.peek().getTime()
      await sides.settle(LIVED_MS)
      sides.time.passTo(new Date(begun + BETWEEN_MS))
    }
    const { outgoing } = await sides.edge.ledger.standing(sides.edge.agreements.map(({ id }) => id))
    assert.deepEqual(
      outgoing.map(({ state, count, stat }) => ({ state, count, stat })),
      [{ state: "sealed", count: STUDIES, stat: 1 }],
    )
  })

  it("one submission calls for all of them, about once a minute", () => {
    const minutes = (STUDIES * LIVED_MS) / MINUTE_MS
    const perMinute = tried().inVain / minutes
    assert.ok(perMinute > 0.5 && perMinute < 2, `${tried().inVain} calls in ${minutes} minutes`)
  })

  it("when the line is back all of them go within minutes, the urgent one first, then by age", async () => {
    await sides.settle(LIVED_MS)
    const queue = await sides.edge.ledger.heldUp(sides.edge.agreements[0]!.id, "", [UNREACHABLE], STUDIES)
    const sets = await Promise.all(
      queue.map(async ({ subject }) => (await sides.edge.ledger.submission(subject))!.submissionSetUid),
    )
    const urgent = await sides.edge.ledger.submission(queue[0]!.subject)
    const request = await sides.edge.ledger.request(urgent!.requestId!)
    assert.equal(request!.private.patient.PatientID, STAT)
    down = false
    await sides.settle(3 * MINUTE_MS)
    assert.deepEqual(tried().sets, sets)
  })
})
