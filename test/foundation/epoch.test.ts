import assert from "node:assert/strict"
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemChance, systemClock } from "../../gateway/clock.ts"
import type { Config } from "../../gateway/config/schema.ts"
import { certificatesPassFrom, EPOCH_DAYS, turnEpochWhenDue } from "../../gateway/foundation/epoch.ts"
import { epochKeyOf, ledgerKey } from "../../gateway/foundation/own-keys.ts"
import { openSpool, type FileSpool } from "../../gateway/storage/spool/file-spool.ts"

const DAY_MS = 86_400_000

describe("the epoch of the slots", () => {
  let dataDir: string
  let config: Config
  const open = async (): Promise<FileSpool> =>
    openSpool({
      dataDir,
      site: "2.25.1",
      epochKey: await epochKeyOf(config),
      clock: systemClock,
      chance: systemChance,
    })
  const keyFiles = async (): Promise<string[]> =>
    (await readdir(join(dataDir, "keys"))).filter((name) => name.startsWith("epoch-"))

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "epoch-"))
    await writeFile(join(dataDir, "passphrase"), "correct horse\n")
    config = { dataDir, keys: { passphraseFile: join(dataDir, "passphrase") } } as unknown as Config
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  it("does not turn while its key is young", async () => {
    const spool = await open()
    assert.equal(await turnEpochWhenDue(config, spool), null)
    assert.equal(spool.epoch, 1)
    await spool.close()
  })

  it("turns when the key is old: slots stay open, the old key is gone, also after a restart", async () => {
    const spool = await open()
    const slot = await spool.createSlot("documents")
    const sealed = spool.sealColumn(slot, "test", Buffer.from("kept"))
    const old = new Date(Date.now() - (EPOCH_DAYS + 1) * DAY_MS)
    await utimes(join(dataDir, "keys", "epoch-1.key"), old, old)
    assert.equal(await turnEpochWhenDue(config, spool), 2)
    assert.deepEqual(await keyFiles(), ["epoch-2.key"])
    await spool.close()
    const again = await open()
    assert.equal(Buffer.from(again.openColumn(slot, "test", sealed)).toString(), "kept")
    await again.close()
  })

  it("that a lever keeps from turning says from which day on certificates named too early a day", async () => {
    const spool = await open()
    const begun = new Date("2026-04-01T00:00:00Z")
    await utimes(join(dataDir, "keys", "epoch-1.key"), begun, begun)
    const after = (days: number): Promise<string | null> =>
      certificatesPassFrom(config, spool, new Date(begun.getTime() + days * DAY_MS))
    assert.deepEqual([await after(29), await after(30), await after(90)], [null, "2026-05-06", "2026-05-06"])
    await spool.close()
  })

  it("never replaces a lost key by a new one", async () => {
    await (await open()).close()
    await rm(join(dataDir, "keys", "epoch-1.key"))
    await assert.rejects(epochKeyOf(config), {
      code: "ERR_KEY_FOLDER",
      message: /keys is empty, and nothing is mounted there$/,
    })
    await mkdir(join(dataDir, "keys", "index"), { recursive: true })
    await assert.rejects(epochKeyOf(config), { code: "ERR_KEY_MISSING" })
    await writeFile(join(dataDir, "ledger.sqlite"), "")
    await assert.rejects(ledgerKey(config), { code: "ERR_KEY_FOLDER" })
  })
})
