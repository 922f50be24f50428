import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { demoOptions, Usage } from "../../../deploy/demo/options.ts"
import { numberAt } from "../../../deploy/demo/study.ts"

const DEMO = join(import.meta.dirname, "../../../deploy/demo/demo.ts")

describe("the demonstration's command line", () => {
  let folder: string
  before(async () => (folder = await mkdtemp(join(tmpdir(), "demo-options-"))))
  after(() => rm(folder, { recursive: true }))

  it("says how it is used, and ends with 0 when asked and 64 when not", () => {
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [DEMO, ...args], { encoding: "utf8" })
    const asked = run("--help")
    assert.deepEqual([asked.status, asked.stderr], [0, ""])
    assert.match(asked.stdout, /^usage: npm run demo/)
    const wrong = run("--fly")
    assert.equal(wrong.status, 64)
    assert.match(wrong.stderr, /^Unknown option '--fly'\n\nusage: /)
  })

  it("keeps data in dokuei-demo and sends its own study unless told otherwise", () => {
    const plain = {
      help: false,
      once: false,
      behindNat: false,
      network: false,
      data: resolve("dokuei-demo"),
      study: null,
    }
    assert.deepEqual(demoOptions([]), plain)
    assert.deepEqual(demoOptions(["--behind-nat"]), { ...plain, behindNat: true })
    assert.deepEqual(demoOptions(["--network"]), { ...plain, network: true })
  })

  it("takes operands for what they are: a mistake", () => {
    assert.throws(() => demoOptions(["once"]), Usage)
    assert.throws(() => demoOptions(["--data"]), Usage)
  })

  it("refuses a folder that is not there or holds nothing to send, before anything is started", async () => {
    assert.throws(() => demoOptions(["--dicom", join(folder, "none")]), /there is no such folder/)
    await writeFile(join(folder, "letter.txt"), "no image")
    assert.throws(() => demoOptions(["--dicom", folder]), /holds no DICOM file/)
  })

  it("numbers requests by the hospital's clocks", () => {
    assert.equal(numberAt(new Date("2026-11-25T15:30:05Z")), "261126-003005")
  })
})
