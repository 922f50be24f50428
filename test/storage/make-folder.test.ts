import assert from "node:assert/strict"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeFolder, makeFolderSync } from "../../gateway/storage/make-folder.ts"

const GATEWAY = join(import.meta.dirname, "../../gateway")

for (const [how, make] of [
  ["makeFolder", makeFolder],
  [
    "makeFolderSync",
    (path: string, mode?: number) => Promise.resolve().then(() => makeFolderSync(path, mode)),
  ],
] as const)
  describe(how, () => {
    let folder: string
    before(async () => (folder = await mkdtemp(join(tmpdir(), "make-folder-"))))
    after(() => rm(folder, { recursive: true }))

    it("makes each level that is missing, with its mode, and says which", async () => {
      const made = await make(join(folder, "a/b/c"), 0o700)
      assert.deepEqual(
        made,
        ["a", "a/b", "a/b/c"].map((each) => join(folder, each)),
      )
      assert.equal(statSync(join(folder, "a/b")).mode & 0o777, 0o700)
      assert.deepEqual(await make(join(folder, "a/b/c")), [])
    })

    it("is content with what others make at the same moment", async () => {
      await Promise.all(Array.from({ length: 20 }, () => make(join(folder, "x/y/z"))))
      assert.ok(statSync(join(folder, "x/y/z")).isDirectory())
    })

    it("says at once where none can be made: where the file system takes none, below a file, in its place", async () => {
      writeFileSync(join(folder, "file"), "")
      await assert.rejects(make("/proc/nope/deeper"), { code: "ENOENT" })
      await assert.rejects(make(join(folder, "file/deeper")), { code: "EEXIST" })
      await assert.rejects(make(join(folder, "file")), { code: "EEXIST" })
    })
  })

it("nobody in the gateway asks Node to make folders recursively", () => {
  const sources = readdirSync(GATEWAY, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  )
  const asks = sources.filter((name) =>
    /\bmkdir(?:Sync)?\((?:[^()]|\([^()]*\))*recursive: true/.test(readFileSync(join(GATEWAY, name), "utf8")),
  )
  assert.deepEqual(asks, [])
})
