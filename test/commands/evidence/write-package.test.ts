import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { writePackage } from "../../../gateway/commands/evidence/write-package.ts"

describe("an evidence package on its way to the disk", () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-package-"))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  async function* pieces(fault: Error | null = null) {
    yield await Promise.resolve(Buffer.from("first "))
    if (fault !== null) throw fault
    yield Buffer.from("second")
  }

  it("is whole, or leaves nothing", async () => {
    const path = join(folder, "a.zip")
    await assert.rejects(writePackage(path, pieces(new Error("the line broke"))))
    assert.deepEqual(readdirSync(folder), [])
    assert.equal(await writePackage(path, pieces()), 12)
    assert.equal(readFileSync(path, "utf8"), "first second")
  })

  it("takes away what an export left that was killed, and nothing of one that runs or of another file", async () => {
    const { pid: gone } = spawnSync("true")
    const running = `a.zip.${process.ppid}.part`
    for (const name of [`a.zip.${gone}.part`, running, `b.zip.${gone}.part`, "a.zip.part"])
      writeFileSync(join(folder, name), "half")
    await writePackage(join(folder, "a.zip"), pieces())
    assert.deepEqual(
      readdirSync(folder).sort(),
      ["a.zip", running, "a.zip.part", `b.zip.${gone}.part`].sort(),
    )
  })
})
