import assert from "node:assert/strict"
import { chosen, inReadingOrder, type Choice } from "../../../viewer/words/order.ts"
import { WORK_ITEMS } from "../fixtures/desk.ts"

const EVERYTHING: Choice = { group: "all", modality: "", hospital: "", search: "" }
const ids = (choice: Partial<Choice>): string[] =>
  chosen(WORK_ITEMS, { ...EVERYTHING, ...choice }).map(({ requestId }) => requestId)

describe("the order of the work list", () => {
  it("puts STAT first, then the nearest deadline, and finished cases last", () => {
    assert.deepEqual(
      inReadingOrder(WORK_ITEMS).map(({ requestId }) => requestId),
      ["0117", "0104", "0103", "0105", "0106", "0102", "0107", "0108"],
    )
  })
  it("leaves the list it was given as it is", () => {
    const before = WORK_ITEMS.map(({ requestId }) => requestId)
    inReadingOrder(WORK_ITEMS)
    assert.deepEqual(
      WORK_ITEMS.map(({ requestId }) => requestId),
      before,
    )
  })
})

describe("the choice of the work list", () => {
  it("knows mine, STAT and those nobody has taken", () => {
    assert.deepEqual(ids({ group: "mine" }), ["0106", "0108"])
    assert.deepEqual(ids({ group: "stat" }), ["0117", "0104"])
    assert.deepEqual(ids({ group: "open" }), ["0117", "0102", "0104", "0105", "0107"])
  })
  it("joins modality and hospital", () => {
    assert.deepEqual(ids({ modality: "CT", hospital: "みほん市民病院" }), ["0117", "0108"])
  })
  it("finds a patient by kanji, kana in either width, id and request number", () => {
    assert.deepEqual(ids({ search: "見本 太郎" }), ["0117"])
    assert.deepEqual(ids({ search: "ﾐﾎﾝ" }), ["0117"])
    assert.deepEqual(ids({ search: "00-0061234" }), ["0106"])
    assert.deepEqual(ids({ search: "rq-20261125-0107" }), ["0107"])
    assert.deepEqual(ids({ search: "no such person" }), [])
  })
})
