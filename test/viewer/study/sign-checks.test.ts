import assert from "node:assert/strict"
import { sideOf, signChecks, type CheckedCase } from "../../../viewer/screens/study/sign-checks.ts"

const checked = (
  over: Partial<CheckedCase> = {},
  findings = "所見。",
  impression = "異常なし。",
): CheckedCase => ({
  draft: { findings, impression, keyImages: [], correctionReason: "" },
  patient: { sex: "M" },
  study: { instances: 10, instancesExpected: 10 },
  isCorrection: false,
  confirmed: { patient: true, partial: false },
  ...over,
})
const level = (input: CheckedCase, id: string): string | undefined =>
  signChecks(input).find((one) => one.id === id)?.level

describe("the checks before signing", () => {
  it("let an ordinary report pass", () => {
    assert.ok(signChecks(checked()).every((one) => one.level === "ok"))
  })

  it("forbid an empty impression, an unconfirmed patient and a blank of a template", () => {
    assert.equal(level(checked({}, "所見", " \n"), "impression"), "blocked")
    assert.equal(level(checked({ confirmed: { patient: false, partial: false } }), "patient"), "blocked")
    assert.equal(level(checked({}, "大きさ {{mm}} mm"), "placeholder"), "blocked")
  })

  it("forbid missing images until the reader signs for what is here", () => {
    const study = { instances: 7, instancesExpected: 10 }
    assert.equal(level(checked({ study }), "images"), "blocked")
    assert.equal(level(checked({ study, confirmed: { patient: true, partial: true } }), "images"), "warn")
    assert.equal(level(checked({ study: { instances: 7, instancesExpected: null } }), "images"), "ok")
  })

  it("forbid a correction without its reason", () => {
    assert.equal(level(checked({ isCorrection: true }), "reason"), "blocked")
  })

  it("warn when findings and impression name different sides", () => {
    assert.deepEqual(["左肺", "右肺", "左右差", "両側", "肺"].map(sideOf), [
      "left",
      "right",
      "both",
      "both",
      null,
    ])
    assert.equal(level(checked({}, "左肺に結節。", "右肺結節。"), "side"), "warn")
    assert.equal(level(checked({}, "左肺に結節。右は正常。", "左肺結節。"), "side"), "ok")
    assert.equal(level(checked({}, "nodule in the left lung", "right nodule"), "side"), "warn")
  })

  it("warn of organs that the patient's sex does not have", () => {
    assert.equal(level(checked({}, "子宮に異常なし。"), "sex"), "warn")
    assert.equal(level(checked({ patient: { sex: "F" } }, "子宮に異常なし。"), "sex"), undefined)
    assert.equal(level(checked({ patient: { sex: "O" } }, "前立腺"), "sex"), undefined)
  })

  it("warn of critical words that are asserted, not of those that are denied", () => {
    assert.equal(level(checked({}, "左気胸を認めます。"), "critical"), "warn")
    assert.equal(level(checked({}, "出血は指摘できません。", "出血なし。"), "critical"), undefined)
  })

  it("put what forbids signing last, next to the button", () => {
    assert.equal(signChecks(checked({ confirmed: { patient: false, partial: false } })).at(-1)?.id, "patient")
  })
})
