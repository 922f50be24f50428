import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { sheetPage } from "../../../gateway/commands/self-test/sheet.ts"
import { sheetFacts, type SheetFacts } from "../../../gateway/commands/self-test/sheet-facts.ts"
import type { SelfTestResult } from "../../../gateway/commands/self-test/told.ts"
import { loadConfig } from "../../../gateway/config/load.ts"
import { makeSites } from "../command-line.ts"

const AT = "2026-04-01T00:00:05.000Z"
const PASSED: SelfTestResult = {
  view: {
    id: "6f9619ff-8b86-4d11-b42d-00c04fc964ff",
    agreement: "kakuu-center",
    beganAt: "2026-04-01T00:00:03.000Z",
    stages: (["sealed", "taken", "answered", "judged"] as const).map((name) => ({
      name,
      state: "done",
      at: AT,
      code: null,
    })),
    outcome: "passed",
    signature: null,
  },
  destroyed: { objects: 9, at: AT },
  endedAt: AT,
}

describe("an acceptance sheet", function () {
  this.timeout(60_000)
  let folder: string
  let facts: SheetFacts
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-sheet-"))
    await makeSites(folder)
    const config = loadConfig(join(folder, "edge.yaml"), "unseen")
    facts = await sheetFacts(config, config.agreements[0]!, PASSED, null, new Date(AT))
    // For who wants to look at it.
    const look = process.env.DOKUEI_SHEET
    if (look !== undefined) writeFileSync(look, sheetPage(facts))
  })
  after(() => rmSync(folder, { recursive: true }))

  it("names both parties, every key of both, the terms, and when each stage was reached", () => {
    const page = sheetPage(facts)
    const { site, agreement, own, theirs } = facts
    for (const each of [
      site.name,
      site.oid,
      agreement.partner.name,
      agreement.partner.oid,
      agreement.firstResponder,
    ])
      assert.ok(page.includes(each), each)
    for (const { pins } of [...own, ...theirs])
      for (const pin of pins) assert.ok(page.replaceAll(" ", "").includes(pin), pin)
    assert.equal(own.length + theirs.length, 6)
    assert.equal(page.match(/2026-04-01 09:00:05/g)?.length, 7)
    assert.match(page, /合格/)
    assert.doesNotMatch(page, /不合格/)
  })

  it("says of one that did not pass at which stage, and why", () => {
    const [first, second, ...others] = PASSED.view.stages
    const stages = [
      first!,
      { ...second!, state: "failed", at: null, code: "ERR_SUBMISSION_REFUSED XDSRepositoryError" } as const,
      ...others.map((each) => ({ ...each, state: "todo", at: null }) as const),
    ]
    const result: SelfTestResult = { ...PASSED, view: { ...PASSED.view, stages, outcome: "failed" } }
    const page = sheetPage({ ...facts, result })
    assert.match(page, /不合格/)
    assert.match(page, /ERR_SUBMISSION_REFUSED XDSRepositoryError/)
    assert.equal(page.match(/未達/g)?.length, 3)
  })

  it("takes names as text, whatever stands in them", () => {
    const partner = { ...facts.agreement.partner, name: `<script>"&'` }
    const page = sheetPage({ ...facts, agreement: { ...facts.agreement, partner } })
    assert.ok(!page.includes("<script"))
    assert.ok(page.includes("&lt;script&gt;"))
  })
})
