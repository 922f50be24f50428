import assert from "node:assert/strict"
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { KeyError } from "../../../gateway/journey/errors.ts"
import { readKeyFile } from "../../../gateway/storage/keys/pem-files.ts"

/** Wherever a file system is mounted on this machine, and empty. */
const emptyMount = (): string | undefined =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .find((path) => existsSync(path) && statSync(path).isDirectory() && readdirSync(path).length === 0)

describe("a key that cannot be read", () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-unreadable-"))
  })
  after(() => rm(folder, { recursive: true }))

  const told = async (path: string): Promise<string> => {
    try {
      await readKeyFile(path)
      return "read"
    } catch (error) {
      assert(error instanceof KeyError)
      return `${error.code} ${error.message}`.replaceAll(folder, "")
    }
  }

  it("is away when its folder is, or when that is empty and nothing is mounted on it", async () => {
    await mkdir(join(folder, "share", "lost+found"), { recursive: true })
    assert.equal(
      await told(join(folder, "away", "seal.key.pem")),
      "ERR_KEY_FOLDER /away/seal.key.pem: there is no folder /away",
    )
    assert.equal(
      await told(join(folder, "share", "seal.key.pem")),
      "ERR_KEY_FOLDER /share/seal.key.pem: /share is empty, and nothing is mounted there",
    )
  })

  it("is missing when its folder is there with other files, or mounted and empty", async () => {
    await writeFile(join(folder, "tls.key.pem"), "")
    assert.equal(
      await told(join(folder, "seal.key.pem")),
      "ERR_KEY_MISSING /seal.key.pem does not exist; its folder is there and holds other files",
    )
    const mounted = emptyMount()
    if (mounted === undefined) console.log("    not looked at: no file system is mounted here that is empty")
    else assert.match(await told(join(mounted, "seal.key.pem")), /^ERR_KEY_MISSING .* is there and is empty$/)
  })

  it("is told with the system's word when something else is in the way", async () => {
    assert.match(await told(folder), /^ERR_KEY_MISSING .*cannot be read \(EISDIR\)$/)
  })
})
