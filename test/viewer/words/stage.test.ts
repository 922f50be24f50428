import assert from "node:assert/strict"
import { inStaffOrder, needsStaff, stage } from "../../../viewer/words/stage.ts"
import { STAFF_ITEMS, way } from "../fixtures/desk.ts"

const item = {
  action: null,
  closed: false,
  verdict: null,
  reportId: null,
  revision: null,
  notices: [],
} as const

describe("stage", () => {
  it("says that a preliminary report is here, until the signed one is", () => {
    const notices = [{ code: "preliminary", reason: null }] as const
    const waiting = way("13:00", "13:02", "13:04", "now")
    assert.equal(stage({ ...item, notices, way: waiting }), "preliminary")
    assert.equal(stage({ ...item, notices, action: "acknowledge", way: waiting }), "unacknowledged")
    assert.equal(stage({ ...item, notices, closed: true, way: waiting }), "closed")
  })

  it("follows the way line", () => {
    assert.equal(stage({ ...item, way: way("part/0.2") }), "arriving")
    assert.equal(stage({ ...item, way: way("13:00", "part/0.5") }), "sending")
    assert.equal(stage({ ...item, way: way("13:00", "13:02", "13:04") }), "at-center")
    assert.equal(stage({ ...item, way: way("13:00", "13:02", "13:04", "now") }), "reading")
    assert.equal(stage({ ...item, way: way("13:00", "13:02", "13:04", "hold") }), "held")
    assert.equal(stage({ ...item, way: way("13:00", "fail/ERR_X") }), "stopped")
  })
  it("tells what is late from what stands still", () => {
    const failing = { ...item, action: "see-failure" } as const
    assert.equal(stage({ ...failing, way: way("13:00", "hold/ERR_X") }), "delayed")
    assert.equal(stage({ ...failing, way: way("13:00", "fail/ERR_X") }), "stopped")
    const home = way("13:00", "13:02", "13:04", "13:06", "hold/ERR_X")
    assert.equal(stage({ ...failing, way: home }), "held")
  })
  it("never shows a corrected report as a first one", () => {
    const revision = { version: 2, reason: "左右", receivedBefore: true }
    assert.equal(stage({ ...item, way: way("13:00"), action: "acknowledge", revision }), "revised")
  })
  it("is done only when everything at home is done or not agreed", () => {
    const home = ["13:00", "13:02", "13:04", "13:06", "13:08", "13:10"]
    assert.equal(stage({ ...item, way: way(...home) }), "acknowledged")
    assert.equal(stage({ ...item, way: way(...home, "skip", "skip") }), "done")
    assert.equal(stage({ ...item, way: way(...home, "13:12", "13:14") }), "done")
  })
  it("puts what the row asks for before where it stands", () => {
    assert.equal(stage({ ...item, way: way("13:00"), action: "match" }), "no-request")
    assert.equal(stage({ ...item, way: way("13:00"), action: "release" }), "waiting-release")
    assert.equal(stage({ ...item, way: way("13:00"), action: "acknowledge" }), "unacknowledged")
    assert.equal(stage({ ...item, way: way("13:00"), action: "close" }), "images-gone")
    assert.equal(stage({ ...item, way: way("13:00"), closed: true }), "closed")
  })
  it("never shows an invalid report as one that may be accepted", () => {
    assert.equal(stage({ ...item, way: way("13:00"), verdict: "invalid", action: "acknowledge" }), "invalid")
    assert.equal(needsStaff({ action: null, verdict: "invalid" }), true)
  })
})

describe("the order of the staff list", () => {
  it("goes by urgency, then by what needs a person", () => {
    assert.deepEqual(
      inStaffOrder(STAFF_ITEMS).map(({ requestId }) => requestId),
      ["0120", "0117", "0121", "0124", null, "0127", "0122", "0128", "0125", "0123", "0126"],
    )
  })
  it("puts what is settled last, whatever its urgency was", () => {
    const [open] = STAFF_ITEMS.filter(({ requestId }) => requestId === "0121")
    const settled = way("13:00", "13:02", "13:04", "13:06", "13:08", "13:10", "skip", "skip")
    const stat = { ...open!, requestId: "stat", urgency: "STAT", action: null, way: settled } as const
    const routine = { ...open!, urgency: "ROUTINE" } as const
    assert.deepEqual(
      inStaffOrder([stat, routine]).map(({ requestId }) => requestId),
      ["0121", "stat"],
    )
  })
})
