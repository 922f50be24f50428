import assert from "node:assert/strict"
import { existsSync, statSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SpoolError } from "../../../gateway/journey/errors.ts"
import { makeDataFolder, tryDataFolder } from "../../../gateway/storage/spool/data-folder.ts"

describe("the data folder", () => {
  let folder: string
  before(async () => (folder = await mkdtemp(join(tmpdir(), "data-folder-"))))
  after(() => rm(folder, { recursive: true }))
  const refused = (path: string): void =>
    assert.throws(
      () => makeDataFolder(path),
      (error) =>
        error instanceof SpoolError && error.code === "ERR_SPOOL_FOLDER" && error.message.startsWith(path),
    )

  it("is made with the folders above it, readable by its group at most", () => {
    makeDataFolder(join(folder, "a/b"))
    assert.equal(statSync(join(folder, "a/b")).mode & 0o027, 0)
    makeDataFolder(join(folder, "a/b"))
  })

  it("is only tried by whoever asks whether it could be: what was made for that is gone again", () => {
    tryDataFolder(join(folder, "c/d/e"))
    assert.ok(!existsSync(join(folder, "c")))
    tryDataFolder(join(folder, "a/b"))
    assert.ok(existsSync(join(folder, "a/b")))
  })

  it("is refused at once where none can be: in proc, below a file, in a file's place", async () => {
    await writeFile(join(folder, "file"), "")
    for (const path of ["/proc/nope/deeper", join(folder, "file/x"), join(folder, "file")]) refused(path)
  })
})
