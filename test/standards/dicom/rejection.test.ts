import assert from "node:assert/strict"
import {
  PERMANENT,
  REJECT_REASON,
  TRANSIENT,
  abortReason,
  explainAbort,
  explainRejection,
  rejection,
} from "../../../gateway/standards/dicom/rejection.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"

describe("rejections and aborts of PS3.8", () => {
  it("has every row of table 9-21 that is not reserved, each once", () => {
    const rows = Object.values(REJECT_REASON).map(({ source, reason }) => `${source}.${reason}`)
    assert.deepEqual(rows.sort(), ["1.1", "1.2", "1.3", "1.7", "2.1", "2.2", "3.1", "3.2"])
  })

  it("writes a rejection by name", () => {
    assert.deepEqual(rejection(TRANSIENT, "localLimitExceeded"), {
      type: "A-ASSOCIATE-RJ",
      result: 2,
      source: 3,
      reason: 2,
    })
  })

  it("tells a rejection in the words of the table, and says so when it is not in it", () => {
    assert.equal(
      explainRejection(rejection(PERMANENT, "calledAE")),
      "rejected for good: called AE title not recognized",
    )
    const strange = explainRejection({ type: "A-ASSOCIATE-RJ", result: 2, source: 3, reason: 7 })
    assert.match(strange, /^rejected for now: source 3, reason 7/)
  })

  it("tells whose abort it was", () => {
    assert.equal(explainAbort({ type: "A-ABORT", source: 0, reason: 0 }), "aborted by its application")
    assert.equal(
      explainAbort({ type: "A-ABORT", source: 2, reason: 6 }),
      "aborted by its upper layer: invalid PDU parameter value",
    )
    assert.equal(
      explainAbort({ type: "A-ABORT", source: 2, reason: 9 }),
      "aborted by its upper layer: reason 9",
    )
  })

  it("names the reason of table 9-26 that fits the fault", () => {
    const reasonOf = (code: string) => abortReason(new Malformed(code, "", ""))
    assert.equal(reasonOf("PDU_UNKNOWN_TYPE"), 1)
    assert.equal(reasonOf("PDV_UNEXPECTED"), 5)
    assert.equal(reasonOf("PDU_ITEM_TWICE"), 5)
    assert.equal(reasonOf("PDU_TOO_LONG"), 6)
  })
})
