import assert from "node:assert/strict"
import { describe, it } from "mocha"
import { twelveTests } from "../../../gateway/standards/dsg/twelve-tests.ts"
import type { Verdict } from "../../../gateway/standards/dsg/verdict.ts"
import { pass, unknown, type VerdictTest } from "../../../gateway/standards/hpki/verdict-test.ts"

describe("the twelve tests of a signature", () => {
  const rowOf = (id: string, kind: Verdict["kind"], ...tests: VerdictTest[]) =>
    twelveTests({ kind, tests }).find((each) => each.id === id)

  it("leave the qualification of a reader open where a seal signed and nobody knows that it was agreed", () => {
    const row = rowOf("hc-role", "seal", pass("pin"), unknown("sealed-agreed", "nobody signed in person"))
    assert.equal(row?.outcome, "indeterminate")
    assert.equal(row.reason, "sealed-agreed: nobody signed in person")
  })

  it("take the key its agreement pins for a seal that is no reader's", () => {
    assert.equal(rowOf("hc-role", "seal", pass("pin"))?.outcome, "pass")
  })

  it("take what was agreed for a qualification that no certificate states", () => {
    assert.equal(rowOf("hc-role", "qualified", pass("qualified-agreed"))?.outcome, "pass")
  })
})
