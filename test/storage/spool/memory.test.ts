import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { GATEWAY_FLAGS } from "../../../deploy/node-flags.js"

const MIB = 2 ** 20

describe("an object much larger than the memory it may take", () => {
  /** What is done with is freed when V8 has counted 32 to 64 MiB of it outside its heap; an object that were held would be
   *  five times that. The floor of the running gateway is measured by `npm run bench -- memory`. */
  it("passes in and out with less than 100 MiB over idle", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dokuei-memory-"))
    // A process of its own: what two thousand other tests left in this heap is not the spool's.
    const walk = join(import.meta.dirname, "memory-walk.ts")
    const { stdout } = await promisify(execFile)(process.execPath, [...GATEWAY_FLAGS, walk, folder])
    assert.ok(Number(stdout) >= 0 && Number(stdout) < 100 * MIB, `${Math.round(Number(stdout) / MIB)} MiB`)
    await rm(folder, { recursive: true })
  })
})
