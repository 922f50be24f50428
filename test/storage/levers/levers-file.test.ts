import assert from "node:assert/strict"
import {
  chownSync,
  lutimesSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { NO_LEVERS } from "../../../gateway/journey/ports/levers.ts"
import { moveLevers, readLevers } from "../../../gateway/storage/levers/levers-file.ts"

const LEVER = { by: "想定 管理", reason: "調査", since: "2026-11-26T08:00:00.000Z" }

describe("levers in the data folder", () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-levers-"))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it("are none where nobody has pulled one, and none where there is no folder yet", () => {
    assert.deepEqual(readLevers(folder), NO_LEVERS)
    assert.deepEqual(readLevers(join(folder, "none")), NO_LEVERS)
  })

  it("come back as they were written, for their owner alone", async () => {
    await moveLevers(folder, () => Promise.resolve({ ...NO_LEVERS, frozen: LEVER }))
    assert.deepEqual(readLevers(folder), { isolated: null, frozen: LEVER })
    assert.equal(statSync(join(folder, "levers.json")).mode & 0o777, 0o600)
    await moveLevers(folder, () => Promise.resolve(NO_LEVERS))
    assert.deepEqual(readLevers(folder), NO_LEVERS)
  })

  it("are both pulled when two people pull one each at the same moment", async () => {
    const pull = (name: "isolated" | "frozen") =>
      moveLevers(folder, async (before) => {
        await pause(20)
        return { ...before, [name]: LEVER }
      })
    await Promise.all([pull("isolated"), pull("frozen")])
    assert.deepEqual(readLevers(folder), { isolated: LEVER, frozen: LEVER })
  })

  it("are moved although a command was killed in the midst of it, or could not go on", async () => {
    writeFileSync(join(folder, "levers.json.new"), "{")
    utimesSync(join(folder, "levers.json.new"), new Date(0), new Date(0))
    const full = moveLevers(folder, () => Promise.reject(new Error("full")))
    await assert.rejects(full, { message: "full" })
    await moveLevers(folder, (before) => Promise.resolve({ ...before, frozen: LEVER }))
    assert.deepEqual(readLevers(folder), { isolated: null, frozen: LEVER })
  })

  it("are moved by one after another also where all of them find what a killed one has left", async () => {
    for (let round = 0; round < 5; round++) {
      await moveLevers(folder, () => Promise.resolve(NO_LEVERS))
      writeFileSync(join(folder, "levers.json.new"), "{")
      utimesSync(join(folder, "levers.json.new"), new Date(0), new Date(0))
      const one = () =>
        moveLevers(folder, (before) =>
          Promise.resolve({ ...before, frozen: { ...LEVER, reason: `${before.frozen?.reason ?? ""}+` } }),
        )
      await Promise.all(Array.from({ length: 6 }, one))
      assert.equal(readLevers(folder).frozen?.reason, "++++++")
      assert.deepEqual(readdirSync(folder), ["levers.json"])
    }
  })

  it("are not moved by one that took so long that another took its turn", async () => {
    const slow = moveLevers(folder, async (before) => {
      utimesSync(join(folder, "levers.json.new"), new Date(0), new Date(0))
      await moveLevers(folder, (now) => Promise.resolve({ ...now, isolated: LEVER }))
      return { ...before, frozen: LEVER }
    })
    await assert.rejects(slow, { code: "ERR_LEVER_TURN" })
    assert.deepEqual(readLevers(folder), { isolated: LEVER, frozen: null })
  })

  it("are written by root into no file that the service points it to", async function () {
    if (process.getuid?.() !== 0) return this.skip()
    const elsewhere = join(folder, "of-root")
    writeFileSync(elsewhere, "of root")
    chownSync(folder, 4711, 4711)
    symlinkSync(elsewhere, join(folder, "levers.json.new"))
    lutimesSync(join(folder, "levers.json.new"), new Date(0), new Date(0))
    await moveLevers(folder, (before) => Promise.resolve({ ...before, frozen: LEVER }))
    assert.equal(readFileSync(elsewhere, "utf8"), "of root")
    assert.equal(statSync(elsewhere).uid, 0)
    assert.equal(statSync(join(folder, "levers.json")).uid, 4711)
    assert.deepEqual(readLevers(folder).frozen, LEVER)
  })

  it("shut the doors when nobody can understand them", () => {
    for (const text of [
      "",
      "{",
      "[]",
      "null",
      "{}",
      '{"isolated":null}',
      '{"isolated":null,"frozen":true}',
      '{"isolated":null,"frozen":{"by":"x","reason":"y","since":"soon"}}',
    ]) {
      writeFileSync(join(folder, "levers.json"), text)
      const { isolated, frozen } = readLevers(folder)
      assert.equal(isolated?.reason, "levers.json cannot be understood", text)
      assert.equal(frozen, null)
    }
  })
})
