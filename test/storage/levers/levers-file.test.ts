import assert from "node:assert/strict"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NO_LEVERS } from "../../../gateway/journey/ports/levers.ts"
import { readLevers, writeLevers } from "../../../gateway/storage/levers/levers-file.ts"

describe("levers in the data folder", () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-levers-"))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it("are none where nobody has pulled one, and none where there is no folder yet", () => {
    assert.deepEqual(readLevers(folder), NO_LEVERS)
    assert.deepEqual(readLevers(join(folder, "none")), NO_LEVERS)
  })

  it("come back as they were written, for their owner alone", () => {
    const frozen = { by: "想定 管理", reason: "調査", since: "2026-11-26T08:00:00.000Z" }
    writeLevers(folder, { ...NO_LEVERS, frozen })
    assert.deepEqual(readLevers(folder), { isolated: null, frozen })
    assert.equal(statSync(join(folder, "levers.json")).mode & 0o777, 0o600)
    writeLevers(folder, NO_LEVERS)
    assert.deepEqual(readLevers(folder), NO_LEVERS)
  })

  it("shut the doors when nobody can understand them", () => {
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      "{}",
      '{"isolated":null}',
      '{"isolated":null,"frozen":true}',
      '{"isolated":null,"frozen":{"by":"x","reason":"y","since":"soon"}}',
    ]) {
      writeFileSync(join(folder, "levers.json"), text)
      const { isolated, frozen } = readLevers(folder)
      assert.equal(isolated?.reason, "levers.json cannot be understood", text)
      assert.equal(frozen, null)
    }
  })
})
