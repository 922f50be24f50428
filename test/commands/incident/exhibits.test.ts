import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { ledgerStates, MOST_LISTED } from "../../../gateway/commands/incident/exhibits.ts"
import { MIGRATIONS } from "../../../gateway/storage/ledger/schema.ts"

describe("what is kept of a ledger in an incident", () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-exhibits-"))
    path = join(folder, "ledger.sqlite")
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** A ledger with so many submissions; the newest has the highest number. */
  const ledgerOf = (submissions: number): Database.Database => {
    const ledger = new Database(path)
    ledger.pragma("journal_mode = WAL")
    for (const sql of MIGRATIONS) ledger.exec(sql)
    ledger.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${submissions})
      INSERT INTO submission (id, agreement, direction, state, set_uid, created_at, facts, sealed)
      SELECT i, 'a', 'out', 'sealed', i, printf('%09d', i), '{}', x'' FROM n`)
    return ledger
  }

  it("lists the newest, and counts all", () => {
    ledgerOf(MOST_LISTED + 5).close()
    const { submissions, submissionsByState } = ledgerStates(path)
    assert.equal(submissions?.length, MOST_LISTED)
    assert.equal((submissions[0] as { id: string }).id, String(MOST_LISTED + 5))
    assert.deepEqual(submissionsByState, [{ direction: "out", state: "sealed", count: MOST_LISTED + 5 }])
  })

  it("is of one instant, whatever is written while it is read", () => {
    const writer = ledgerOf(20)
    const one = writer.prepare("DELETE FROM submission WHERE id = (SELECT max(id) FROM submission)")
    const { submissions, submissionsByState } = ledgerStates(path, () => one.run())
    assert.deepEqual(submissionsByState, [{ direction: "out", state: "sealed", count: submissions?.length }])
    writer.close()
  })
})
