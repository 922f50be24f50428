import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { checksOf } from "../../gateway/commands/docs/requirements-page.ts"
import { CHECKS } from "../../gateway/doctor/checks.ts"
import { AREAS } from "../../gateway/doctor/check.ts"
import { REQUIREMENTS } from "../../gateway/doctor/requirements.ts"

const ROOT = join(import.meta.dirname, "../..")

describe("the guidelines' requirements", () => {
  it("are all here, each once", function () {
    const shared = process.env.DOKUEI_SHARED
    if (shared === undefined) {
      console.log("      skipped: DOKUEI_SHARED is not set")
      this.skip()
    }
    const text = readFileSync(join(shared, "design/guidelines.md"), "utf8")
    const ids = [...text.matchAll(/^\| ([A-Z]-\d\d) \|/gm)].map((each) => each[1] ?? "")
    assert.deepEqual(REQUIREMENTS.map(({ id }) => id).sort(), [...ids].sort())
  })

  it("have each a check, a test, people or a confession", () => {
    for (const each of REQUIREMENTS) {
      const told = [...checksOf(each), ...(each.tests ?? []), each.people ?? "", each.lacks ?? ""].join("")
      assert.notEqual(told, "", each.id)
    }
  })

  it("name tests that are there", () => {
    for (const { id, tests = [] } of REQUIREMENTS)
      for (const path of tests) assert.ok(existsSync(join(ROOT, path)), `${id}: ${path}`)
  })

  it("are those that checks name", () => {
    const known = new Set(REQUIREMENTS.map(({ id }) => id))
    for (const { name, ids } of CHECKS)
      for (const id of ids) assert.ok(known.has(id), `${name} names ${id}, which is no requirement`)
    assert.equal(new Set(CHECKS.map(({ name }) => name)).size, CHECKS.length)
    for (const area of AREAS)
      assert.ok(
        CHECKS.some(({ name }) => name.startsWith(`${area}.`)),
        area,
      )
  })
})
