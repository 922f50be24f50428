import assert from "node:assert/strict"
import { changed, readInBy, summary, worst } from "../../../viewer/words/verdict.ts"
import { SEAL, signature } from "../fixtures/desk.ts"

describe("worst", () => {
  it("is invalid as soon as one is", () => {
    assert.equal(worst(["valid", "invalid", "indeterminate"]), "invalid")
    assert.equal(worst(["valid", "valid-pending"]), "valid-pending")
    assert.equal(worst(["valid", null, undefined]), "valid")
  })
  it("never takes silence for a verified signature", () => {
    assert.equal(worst([]), "indeterminate")
    assert.equal(worst([null, undefined]), "indeterminate")
  })
})

describe("the summary of a verdict", () => {
  it("says six things of a good signature under a good seal", () => {
    assert.deepEqual(
      summary(signature("valid"), SEAL).map(({ name, outcome }) => `${name} ${outcome}`),
      ["unchanged pass", "role pass", "revocation pass", "time-stamp pass", "issuer pass", "seal pass"],
    )
  })
  it("fails a line when one of the tests behind it fails", () => {
    const [unchanged] = summary(signature("invalid"), null)
    assert.deepEqual(unchanged, { name: "unchanged", outcome: "fail" })
  })
  it("hides no test of the gateway: each stands behind a line, and a fault of any is seen", () => {
    const line = (name: string): unknown => {
      const tests = [...signature("valid").tests, { name, outcome: "fail" as const, detail: "" }]
      return summary({ ...signature("valid"), tests }, null).filter(({ outcome }) => outcome === "fail")
    }
    assert.deepEqual(line("time-stamp-path"), [{ name: "time-stamp", outcome: "fail" }])
    assert.deepEqual(line("newer-crl"), [{ name: "revocation", outcome: "fail" }])
    assert.deepEqual(line("key-usage"), [{ name: "issuer", outcome: "fail" }])
    assert.deepEqual(line("references"), [{ name: "unchanged", outcome: "fail" }])
    assert.deepEqual(line("algorithms"), [{ name: "other", outcome: "fail" }])
  })
  it("does not speak of a key where something came on a medium", () => {
    const none = signature("unsigned")
    const [, ...others] = none.tests
    const onMedium = {
      ...none,
      tests: [{ name: "medium", outcome: "pass" as const, detail: "suzuki" }, ...others],
    }
    assert.deepEqual(
      [none, onMedium].map((each) => summary(each, null).map(({ name }) => name)),
      [
        ["connection", "unsigned", "unencrypted"],
        ["medium", "unsigned", "unencrypted"],
      ],
    )
    assert.deepEqual([none, onMedium].map(readInBy), [null, "suzuki"])
  })
  it("leaves out what was not tested instead of calling it passed", () => {
    assert.deepEqual(summary({ ...signature("valid"), tests: [] }, null), [])
    assert.equal(changed({ ...signature("valid"), tests: [] }), null)
  })
  it("tells a found change from one that was ruled out", () => {
    assert.equal(changed(signature("invalid")), true)
    assert.equal(changed(signature("indeterminate")), false)
  })
})
