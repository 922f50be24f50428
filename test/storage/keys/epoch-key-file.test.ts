import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  createEpochKey,
  destroyEpochKey,
  epochKeys,
  openEpochKey,
} from "../../../gateway/storage/keys/epoch-key-file.ts"

const chance = { bytes: (length: number): Uint8Array => Uint8Array.from(randomBytes(length)) }

describe("an epoch key at rest", () => {
  let folder: string
  let files: { folder: string; passphraseFile: string }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-epoch-"))
    files = { folder, passphraseFile: join(folder, "passphrase") }
    await writeFile(files.passphraseFile, "a long sentence nobody guesses\n")
  })
  afterEach(() => rm(folder, { recursive: true }))

  it("opens again with its passphrase, and its bytes are not in the file", async () => {
    const made = await createEpochKey(files, 1, chance)
    assert.deepEqual(await openEpochKey(files, 1), made)
    const record = await readFile(join(folder, "epoch-1.key"))
    assert.equal(record.length, 88)
    assert.equal(record.toString("latin1", 0, 4), "DKK1")
    assert.equal(record.includes(Buffer.from(made.key)), false)
    assert.equal((await stat(join(folder, "epoch-1.key"))).mode & 0o777, 0o600)
  })

  it("does not open with another passphrase, another epoch's name, or a changed byte", async () => {
    await createEpochKey(files, 1, chance)
    const record = await readFile(join(folder, "epoch-1.key"))
    await writeFile(files.passphraseFile, "something else\n")
    await assert.rejects(openEpochKey(files, 1), { code: "ERR_KEY_PASSPHRASE" })
    await writeFile(files.passphraseFile, "a long sentence nobody guesses\n")
    await writeFile(join(folder, "epoch-2.key"), record)
    await assert.rejects(openEpochKey(files, 2), { code: "ERR_KEY_MISSING" })
    for (const [at, code] of [
      [0, "ERR_KEY_MISSING"],
      [4, "ERR_KEY_MISSING"],
      [8, "ERR_KEY_MISSING"],
      [15, "ERR_KEY_PASSPHRASE"],
      [60, "ERR_KEY_PASSPHRASE"],
      [87, "ERR_KEY_PASSPHRASE"],
    ] as const) {
      const changed = Buffer.from(record)
      changed[at]! ^= 1
      await writeFile(join(folder, "epoch-1.key"), changed)
      await assert.rejects(openEpochKey(files, 1), { code }, `byte ${at}`)
    }
  })

  it("does not let a file ask for all our memory, or be shorter or longer than it is", async () => {
    await createEpochKey(files, 1, chance)
    const path = join(folder, "epoch-1.key")
    const record = await readFile(path)
    const greedy = Buffer.from(record)
    greedy[5] = 40
    for (const bad of [greedy, Buffer.concat([record, Buffer.of(0)]), Buffer.alloc(0)]) {
      await writeFile(path, bad)
      await assert.rejects(openEpochKey(files, 1), { code: "ERR_KEY_MISSING" })
    }
    await truncate(path, 40)
    await assert.rejects(openEpochKey(files, 1), { code: "ERR_KEY_MISSING" })
  })

  it("is never written over", async () => {
    const made = await createEpochKey(files, 1, chance)
    await assert.rejects(createEpochKey(files, 1, chance), { code: "ERR_KEY_MISSING" })
    assert.deepEqual(await openEpochKey(files, 1), made)
    await assert.rejects(createEpochKey(files, 0, chance), RangeError)
  })

  it("is gone after destruction, which may be said twice", async () => {
    await createEpochKey(files, 1, chance)
    await createEpochKey(files, 2, chance)
    assert.deepEqual(await epochKeys(folder), [1, 2])
    await destroyEpochKey(folder, 1)
    await destroyEpochKey(folder, 1)
    assert.deepEqual(await epochKeys(folder), [2])
    assert.deepEqual((await readdir(folder)).sort(), ["epoch-2.key", "passphrase"])
    await assert.rejects(openEpochKey(files, 1), { code: "ERR_KEY_MISSING" })
  })
})
