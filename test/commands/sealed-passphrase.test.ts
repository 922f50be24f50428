import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { withSealedPassphrase } from "../../gateway/commands/sealed-passphrase.ts"
import type { Config } from "../../gateway/config/schema.ts"

const NOBODY_UID = 65534
const MODULE = new URL("../../gateway/commands/sealed-passphrase.ts", import.meta.url).href

describe("a passphrase that is sealed to the machine", () => {
  let folder: string
  const path = (name: string): string => join(folder, name)
  /** As far as it is looked at. */
  const config = (): Config => ({ dataDir: path("data"), keys: { passphraseFile: path("none") } }) as Config
  before(function () {
    const { status } = spawnSync("systemd-creds", ["--version"])
    if (process.getuid?.() !== 0 || status !== 0) {
      console.log("      skipped: not root, or no systemd-creds here")
      this.skip()
    }
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-sealed-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Under a key of zeros, so that this machine gets no secret of its own by a test. */
  const sealed = (passphrase: string, name = "passphrase"): string => {
    const { status, stderr } = spawnSync(
      "systemd-creds",
      ["encrypt", `--name=${name}`, "--with-key=tpm2-absent", "-", path("cred")],
      { input: passphrase },
    )
    assert.equal(status, 0, stderr.toString())
    return path("cred")
  }

  it("is there for the data folder's owner while the work lasts, and gone afterwards, also when that fails", async () => {
    writeFileSync(path("data"), "")
    chownSync(path("data"), NOBODY_UID, NOBODY_UID)
    const seen: string[] = []
    const look = async ({ keys: { passphraseFile } }: Config): Promise<void> => {
      seen.push(passphraseFile)
      assert.equal(readFileSync(passphraseFile, "utf8"), "open sesame\n")
      for (const [each, mode] of [
        [passphraseFile, 0o400],
        [dirname(passphraseFile), 0o700],
      ] as const) {
        const { uid, mode: found } = statSync(each)
        assert.deepEqual([uid, found & 0o777], [NOBODY_UID, mode])
      }
      await Promise.reject(new Error("the work"))
    }
    await assert.rejects(withSealedPassphrase(config(), sealed("open sesame\n"), look), /the work/)
    assert.equal(seen.length, 1)
    assert.ok(!existsSync(dirname(seen[0]!)))
  })

  it("is gone also when the command is ended while it works", async () => {
    writeFileSync(path("data"), "")
    const work = `
      import { withSealedPassphrase } from ${JSON.stringify(MODULE)}
      const [, dataDir, cred] = process.argv
      await withSealedPassphrase({ dataDir, keys: {} }, cred, async ({ keys }) => {
        process.stdout.write(keys.passphraseFile)
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const args = ["--input-type=module", "-e", work, path("data"), sealed("open sesame\n")]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    const [file] = (await once(child.stdout, "data")) as [Buffer]
    assert.equal(readFileSync(file.toString(), "utf8"), "open sesame\n")
    child.kill("SIGTERM")
    const [, signal] = (await once(child, "exit")) as [number | null, string | null]
    assert.equal(signal, "SIGTERM")
    assert.ok(!existsSync(dirname(file.toString())))
  })

  it("that was sealed under another name, or is none, is refused in systemd's words", async () => {
    writeFileSync(path("data"), "")
    const never = (): Promise<void> => Promise.reject(new Error("never"))
    await assert.rejects(withSealedPassphrase(config(), sealed("x", "other"), never), {
      code: "ERR_KEY_PASSPHRASE",
    })
    await assert.rejects(withSealedPassphrase(config(), path("data"), never), { code: "ERR_KEY_PASSPHRASE" })
  })

  it("is not asked for where the configuration's own file is there", async () => {
    assert.equal(
      await withSealedPassphrase(config(), undefined, ({ keys }) => Promise.resolve(keys.passphraseFile)),
      path("none"),
    )
  })
})
