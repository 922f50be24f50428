import assert from "node:assert/strict"
import { acknowledge, enter, report, requestFor, storeAll, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

const OUTAGE_MS = 60 * MINUTE_MS
const SOON_MS = 10_000
const ATTEMPT = { kind: "study", atMs: 0, failed: true }

describe("what waits for a partner that could not be reached", () => {
  let sides: TwoSides
  /** When each attempt of an outage and after it was made, by its kind. */
  let attempts: { kind: string; atMs: number; failed: boolean }[]
  let down: (kind: string) => boolean
  beforeEach(async () => {
    sides = await TwoSides.open()
    attempts = []
    down = () => false
    sides.line.fault = (kind) => {
      const failed = down(kind)
      attempts.push({ kind, atMs: sides.time.peek().getTime(), failed })
      return failed ? "unreachable" : null
    }
  })
  afterEach(() => sides.close())

  it("goes as soon as one of them gets through, however long it would have waited by itself", async () => {
    down = () => true
    for (const PatientID of ["P1", "P2", "P3", "P4", "P5"]) {
      await enter(sides.edge, requestFor(PatientID, `R-${PatientID}`))
      await storeAll(sides.edge, study(PatientID, 1))
    }
    await sides.settle(OUTAGE_MS)
    down = () => false
    await sides.settle(OUTAGE_MS)
    const through = attempts.filter(({ kind, failed }) => kind === "study" && !failed).map(({ atMs }) => atMs)
    assert.equal(through.length, 5)
    assert.ok(Math.max(...through) - Math.min(...through) < SOON_MS, through.join(" "))
  })

  it("goes as soon as the partner is heard from", async () => {
    const asked: string[] = []
    for (const PatientID of ["P1", "P2"]) {
      asked.push(await enter(sides.edge, requestFor(PatientID, `R-${PatientID}`)))
      await storeAll(sides.edge, study(PatientID, 1))
    }
    await sides.settle()
    const [first, second] = asked
    await report(sides.center, first!)
    await sides.settle()
    down = (kind) => kind === "acknowledgement"
    await acknowledge(sides.edge, first!)
    await sides.settle(OUTAGE_MS)
    down = () => false
    await report(sides.center, second!)
    await sides.settle(SOON_MS)
    assert.ok(attempts.some(({ kind, failed }) => kind === "acknowledgement" && !failed))
  })

  it("sends its scout alone when the partner is heard from: that it reaches us does not say that we reach it", async () => {
    const first = await enter(sides.edge, requestFor("P0", "R-P0"))
    await storeAll(sides.edge, study("P0", 1))
    await sides.settle()
    down = (kind) => kind === "study"
    for (const PatientID of ["P1", "P2", "P3", "P4", "P5"]) {
      await enter(sides.edge, requestFor(PatientID, `R-${PatientID}`))
      await storeAll(sides.edge, study(PatientID, 1))
    }
    await sides.settle(OUTAGE_MS)
    const before = attempts.length
    await report(sides.center, first)
    await sides.settle(SOON_MS / 10)
    const tried = attempts.slice(before).map(({ kind }) => kind)
    assert.ok(tried.includes("report"))
    assert.equal(tried.filter((kind) => kind === "study").length, 1)
  })
  it("is not called by another that the partner did not answer either: each has its own time", async () => {
    // Were they to call each other, this would never end.
    const enough = 500
    sides.line.fault = () => (attempts.push(ATTEMPT) > enough ? "unreachable" : "cut")
    for (const PatientID of ["P1", "P2"]) {
      await enter(sides.edge, requestFor(PatientID, `R-${PatientID}`))
      await storeAll(sides.edge, study(PatientID, 1))
    }
    await sides.settle(OUTAGE_MS)
    assert.ok(
      attempts.length > 10 && attempts.length < 4 * (OUTAGE_MS / MINUTE_MS),
      `${attempts.length} attempts`,
    )
  })
})
