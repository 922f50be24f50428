import assert from "node:assert/strict"
import { assembly, quietPeriods } from "../../../gateway/journey/assemble/assemble.ts"

const LAST = new Date("2026-04-01T09:00:00Z")
const after = (milliseconds: number): Date => new Date(LAST.getTime() + milliseconds)

describe("a study that arrives", () => {
  it("is complete when nothing came for the quiet period, to the millisecond", () => {
    const arrivals = { instances: 20, lastArrival: LAST }
    assert.deepEqual(assembly(arrivals, 60_000, after(59_999)), { kind: "waiting", until: after(60_000) })
    assert.deepEqual(assembly(arrivals, 60_000, after(60_000)), { kind: "complete", instances: 20 })
  })

  it("is complete at once where there is no quiet period, also by a clock that was set back", () => {
    const arrivals = { instances: 1, lastArrival: LAST }
    assert.equal(assembly(arrivals, 0, LAST).kind, "complete")
    assert.deepEqual(assembly(arrivals, 1_000, after(-5_000)), { kind: "waiting", until: after(1_000) })
  })
})

describe("a quiet period", () => {
  const device = { aeTitle: "QA", quietPeriod: 60_000, quietPeriods: { US: 600_000, XA: 900_000 } }
  const quietMsOf = quietPeriods([device, { aeTitle: "CT1", quietPeriod: 1, quietPeriods: {} }], 7)

  it("is a device's own, and another for studies of a modality it names", () => {
    assert.equal(quietMsOf("QA", ["CT"]), 60_000)
    assert.equal(quietMsOf("QA", ["US"]), 600_000)
    assert.equal(quietMsOf("CT1", ["US"]), 1)
  })

  it("is the longest where several count, and one for all where the device is not known any more", () => {
    assert.equal(quietMsOf("QA", ["CT", "US", "XA"]), 900_000)
    assert.equal(quietMsOf("QA", []), 60_000)
    assert.equal(quietMsOf("GONE", ["US"]), 7)
  })
})
