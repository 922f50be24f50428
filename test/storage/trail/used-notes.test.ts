import assert from "node:assert/strict"
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { leaveNote, takeNotes, type Note } from "../../../gateway/storage/trail/used-notes.ts"

const NOTE: Note = { at: "2026-04-01T00:00:00.000Z", user: "kansa", records: 12, fault: null }

describe("a note that the audit trail was read", () => {
  let folder: string
  const trail = (): string => join(folder, "audit.jsonl")
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "notes-"))
    await writeFile(join(folder, "ledger.sqlite"), "")
  })
  afterEach(() => rm(folder, { recursive: true }))
  const taken = async (): Promise<readonly (readonly [string, Note])[]> => {
    const list: (readonly [string, Note])[] = []
    await takeNotes(folder, (key, note) => {
      list.push([key, note])
      return Promise.resolve()
    })
    return list
  }

  it("is taken up once, in order, each under a key of its own", async () => {
    await leaveNote(trail(), NOTE)
    await leaveNote(trail(), { ...NOTE, at: "2026-04-01T00:00:01.000Z", fault: "line 7 was changed" })
    const notes = await taken()
    assert.deepEqual(
      notes.map(([, note]) => ("fault" in note ? note.fault : note.deed)),
      [null, "line 7 was changed"],
    )
    assert.equal(new Set(notes.map(([key]) => key)).size, 2)
    assert.deepEqual(await taken(), [])
  })

  it("waits while it cannot be recorded, and comes again under the same key", async () => {
    await leaveNote(trail(), NOTE)
    const keys: string[] = []
    const full = (key: string): Promise<void> => {
      keys.push(key)
      return Promise.reject(new Error("full"))
    }
    await assert.rejects(takeNotes(folder, full))
    const [[key] = [""]] = await taken()
    assert.deepEqual(keys, [key])
  })

  it("is not left beside a copy of a trail that no gateway writes", async () => {
    await rm(join(folder, "ledger.sqlite"))
    assert.equal(await leaveNote(trail(), NOTE), false)
    assert.deepEqual(await readdir(folder), [])
  })

  it("is for the gateway alone, and belongs to it also when root left it", async () => {
    if (process.getuid?.() === 0) await (await import("node:fs/promises")).chown(folder, 4711, 4711)
    await leaveNote(trail(), NOTE)
    const { uid } = await stat(folder)
    const left = join(folder, "audit-used")
    for (const path of [left, join(left, (await readdir(left))[0]!)])
      assert.equal((await stat(path)).uid, uid)
    assert.equal((await stat(left)).mode & 0o077, 0)
  })

  it("is not left where a link leads that the service has put there", async () => {
    await mkdir(join(folder, "elsewhere"))
    await symlink(join(folder, "elsewhere"), join(folder, "audit-used"))
    await assert.rejects(leaveNote(trail(), NOTE), { code: "ERR_AUDIT_WRITE" })
    assert.deepEqual(await readdir(join(folder, "elsewhere")), [])
  })

  it("that is none stays where it is and is named", async () => {
    const left = join(folder, "audit-used")
    await mkdir(left)
    await chmod(left, 0o700)
    for (const text of ["{", "[]", '{"at":"x","user":"a","records":1,"fault":null}', " ".repeat(5000)])
      await writeFile(join(left, `${text.length}.json`), text)
    const strange = await takeNotes(folder, () => Promise.reject(new Error("taken")))
    assert.equal(strange.length, 4)
  })
})
