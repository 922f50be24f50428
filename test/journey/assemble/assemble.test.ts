import assert from "node:assert/strict"
import { assembly } from "../../../gateway/journey/assemble/assemble.ts"

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
