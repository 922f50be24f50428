import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { GATEWAY_FLAGS } from "../../../deploy/node-flags.js"

const MIB = 2 ** 20

describe("messages of 500 documents, one after another", () => {
  /** Each is 3 MiB of metadata. With their XML joined anew at every level, and a heap that grows as it likes, they took 124 to 186. */
  it("take less than 65 MiB over idle", async () => {
    const walk = join(import.meta.dirname, "message-memory-walk.ts")
    const { stdout } = await promisify(execFile)(process.execPath, [...GATEWAY_FLAGS, walk])
    assert.ok(Number(stdout) < 65 * MIB, `${Math.round(Number(stdout) / MIB)} MiB`)
  })
})
