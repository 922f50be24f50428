import assert from "node:assert/strict"
import { audit } from "../../gateway/journey/audit.ts"
import { news } from "../../gateway/journey/news.ts"
import { due } from "../../gateway/journey/run.ts"
import { report, request, study, submission } from "../storage/ledger/records.ts"

describe("news of a commit", () => {
  it("names each request once, and null for what only the lists show", () => {
    const changes = [
      { put: "request", record: request({ id: "r" }) },
      { put: "submission", record: submission({ requestId: "r" }) },
      { put: "report", record: report({ requestId: "s" }) },
      { put: "study", record: study() },
    ] as const
    assert.deepEqual([...news(changes)], ["r", "s", null])
  })

  it("is none when nothing changed that anybody looks at", () => {
    const at = new Date("2026-04-01T09:00:00Z")
    const told = { event: "login", outcome: "success", at: at.toISOString() } as const
    assert.deepEqual([...news([due("submit", "x", at), audit("a", told)])], [])
  })
})
