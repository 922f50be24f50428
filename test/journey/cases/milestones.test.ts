import assert from "node:assert/strict"
import { milestoneAt, NOTHING_YET, way, type WayFacts } from "../../../gateway/journey/cases/milestones.ts"

const states = (facts: Partial<WayFacts>): string =>
  way({ ...NOTHING_YET, ...facts })
    .map(({ name, state }) => `${name}:${state}`)
    .filter((each) => !each.endsWith(":todo"))
    .join(" ")

describe("the way line", () => {
  it("waits for images, then shows them coming in", () => {
    assert.equal(states({}), "received:now seen:skip acted:skip")
    assert.equal(states({ receiving: true }), "received:part seen:skip acted:skip")
  })

  it("shows how much of the sending is done", () => {
    const line = way({ ...NOTHING_YET, received: "t1", sending: 0.25 })
    assert.deepEqual(line[1], { name: "sent", state: "part", at: null, share: 0.25, reason: null })
  })

  it("holds what arrived and is not verified", () => {
    assert.match(states({ received: "t1", sent: "t2", arrivedHeld: true }), /arrived:hold/)
  })

  it("shows the reader at work until the report is there", () => {
    const soFar = { received: "t1", sent: "t2", arrived: "t3", reading: "t4" }
    assert.match(states({ ...soFar, readingNow: true }), /reading:now seen:skip/)
    assert.match(states({ ...soFar, reported: "t5" }), /reading:done reported:done acknowledged:now/)
  })

  it("shows a failure where it is, with its code", () => {
    const line = way({
      ...NOTHING_YET,
      received: "t1",
      failure: { station: "sent", code: "ERR_SUBMISSION_REFUSED", state: "fail" },
    })
    assert.deepEqual(line[1], {
      name: "sent",
      state: "fail",
      at: null,
      share: null,
      reason: "ERR_SUBMISSION_REFUSED",
    })
  })

  it("shows no station that nobody has agreed on as open", () => {
    const facts = { received: "1", sent: "2", arrived: "3", reading: "4", reported: "5", acknowledged: "6" }
    assert.equal(
      states(facts),
      "received:done sent:done arrived:done reading:done reported:done acknowledged:done seen:skip acted:skip",
    )
  })
})

describe("milestones", () => {
  it("are found by name", () => {
    const list = [{ subject: "s", name: "a", at: "1" }]
    assert.equal(milestoneAt(list, "a"), "1")
    assert.equal(milestoneAt(list, "b"), null)
  })
})
