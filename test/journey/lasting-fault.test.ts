import assert from "node:assert/strict"
import {
  ContentError,
  KeyError,
  LedgerError,
  SpoolError,
  SubmissionError,
  TimeStampError,
} from "../../gateway/journey/errors.ts"
import { lastingFault } from "../../gateway/journey/lasting-fault.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"

describe("a fault of a step", () => {
  it("lasts when trying again cannot help", () => {
    assert.equal(lastingFault(new Malformed("X", "PS3.5", "x")), "ERR_DOCUMENTS")
    assert.equal(lastingFault(new ContentError("ERR_OTHER_SUBJECT", "x")), "ERR_OTHER_SUBJECT")
    assert.equal(lastingFault(new SpoolError("ERR_SPOOL_ROT", "x")), "ERR_SPOOL_ROT")
    assert.equal(lastingFault(new SubmissionError("ERR_SUBMISSION_REFUSED", "x")), "ERR_SUBMISSION_REFUSED")
  })

  it("does not last when it passes, when an operator mends it, or when nobody knows it", () => {
    for (const error of [
      new SpoolError("ERR_SPOOL_WRITE", "x"),
      new LedgerError("ERR_LEDGER", "x"),
      new SubmissionError("ERR_SUBMISSION_UNANSWERED", "x"),
      new KeyError("ERR_KEY_MISSING", "x"),
      new TimeStampError("ERR_TIMESTAMP_INVALID", "x"),
      new TypeError("x"),
    ])
      assert.equal(lastingFault(error), null, String(error))
  })
})
