import assert from "node:assert/strict"
import { appendFile, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TrailPlace, TrailReader } from "../../../gateway/journey/ports/audit.ts"
import { openTrail, type Trail } from "../../../gateway/storage/trail/trail.ts"
import { EVENTS, SOURCE } from "./events.ts"

describe("the audit trail as it is passed on", () => {
  let folder: string
  let path: string
  let trail: Trail
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trail-reader-"))
    path = join(folder, "audit.jsonl")
    trail = await openTrail(path, SOURCE)
  })
  afterEach(async () => {
    await trail.close()
    await rm(folder, { recursive: true })
  })
  const record = (...users: readonly string[]): Promise<void> =>
    trail.record(users.map((user) => ({ key: user, event: { ...EVENTS.login, user } })))
  const read = async (place: TrailPlace | null, from: TrailReader = trail.reader) => {
    const users: string[] = []
    let last = place
    for await (const { message, place: at } of from.after(place)) {
      users.push(/UserID="([^"]*)"/.exec(message)?.[1] ?? "")
      last = at
    }
    return { users, last }
  }

  it("is read from a place on, in order, and the place moves to the end", async () => {
    assert.deepEqual(await read(null), { users: [], last: null })
    await record("佐藤", "鈴木")
    const first = await read(null)
    assert.deepEqual(first.users, ["佐藤", "鈴木"])
    assert.deepEqual(await read(first.last), { users: [], last: first.last })
    await record("髙橋")
    assert.deepEqual((await read(first.last)).users, ["髙橋"])
    assert.equal(trail.reader.records, 3)
  })

  it("ends where it is durable: an append that is going on is not read", async () => {
    await record("a")
    await appendFile(path, '{"n":2,"key":"b","previous":"')
    assert.deepEqual((await read(null)).users, ["a"])
  })

  it("knows its own places: in the middle, at the end, and after opening again", async () => {
    await record("a", "b")
    const { last } = await read(null)
    assert.ok(last !== null && (await trail.reader.holds(last)))
    await record("c")
    assert.ok(await trail.reader.holds(last))
    await trail.close()
    trail = await openTrail(path, SOURCE)
    assert.ok(await trail.reader.holds(last))
    assert.deepEqual((await read(last)).users, ["c"])
  })

  it("knows a place of another trail, or one behind its own end", async () => {
    await record("a", "b")
    const { last } = await read(null)
    assert.ok(last !== null)
    const holds = (place: Partial<TrailPlace>): Promise<boolean> => trail.reader.holds({ ...last, ...place })
    assert.equal(await holds({ hash: "0".repeat(64) }), false)
    assert.equal(await holds({ n: 1 }), false)
    assert.equal(await holds({ endBytes: last.endBytes + 1 }), false)
    assert.equal(await holds({ endBytes: last.endBytes - 5 }), false)
    await record("c")
    assert.equal(await holds({ hash: "0".repeat(64) }), false)
  })

  it("tells its followers of every append, once it is durable", async () => {
    const seen: number[] = []
    trail.reader.followers.add(() => seen.push(trail.reader.records))
    await record("a")
    await record("b", "c")
    await record("c")
    assert.deepEqual(seen, [1, 3])
  })
})
