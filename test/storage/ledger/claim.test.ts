import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { claim } from "../../../gateway/storage/ledger/claim.ts"

const CLAIM = join(import.meta.dirname, "../../../gateway/storage/ledger/claim.ts")

describe("a data folder", () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "dokuei-claim-"))))
  afterEach(() => rm(folder, { recursive: true }))

  it("is one process's at a time, and anybody's when it is released", () => {
    const first = claim(folder)
    assert.throws(() => claim(folder), { code: "ERR_STORE_IN_USE" })
    first.release()
    claim(folder).release()
  })

  it("is free again when its process was killed", async () => {
    const program = `import { claim } from ${JSON.stringify(CLAIM)}
      globalThis.kept = claim(${JSON.stringify(folder)})
      process.stdout.write("claimed")
      setInterval(() => undefined, 1000)`
    const args = ["--no-warnings", "--input-type=module", "--eval", program]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    assert.throws(() => claim(folder), { code: "ERR_STORE_IN_USE" })
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
    claim(folder).release()
  })

  it("that cannot be locked is not said to be in use", async () => {
    await writeFile(
      join(folder, "in-use.sqlite"),
      "no database, but long enough to be told from one".repeat(20),
    )
    assert.throws(() => claim(folder), { code: "ERR_LEDGER" })
  })
})
