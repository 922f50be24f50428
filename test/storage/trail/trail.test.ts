import assert from "node:assert/strict"
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AuditError } from "../../../gateway/journey/errors.ts"
import type { AuditEvent } from "../../../gateway/journey/ports/audit.ts"
import { openTrail } from "../../../gateway/storage/trail/trail.ts"
import { verifyTrail } from "../../../gateway/storage/trail/verify-trail.ts"
import { BLANK, EVENTS, SOURCE } from "./events.ts"

const entries = (...keys: readonly string[]): { key: string; event: AuditEvent }[] =>
  keys.map((key) => ({ key, event: { ...EVENTS.login, user: key } }))

describe("the audit trail", () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trail-"))
    path = join(folder, "audit.jsonl")
  })
  afterEach(() => rm(folder, { recursive: true }))

  const recorded = async (...keys: readonly string[]): Promise<string> => {
    const trail = await openTrail(path, SOURCE)
    await trail.record(entries(...keys))
    const head = trail.head()
    await trail.close()
    return head
  }
  const lines = async (): Promise<string[]> => (await readFile(path, "utf8")).split("\n").slice(0, -1)
  const rewrite = (list: readonly string[]): Promise<void> =>
    writeFile(path, list.map((line) => `${line}\n`).join(""))
  const faultOf = async (): Promise<string | null> => (await verifyTrail(path)).fault

  it("chains what it is told, in order, and can be opened again", async () => {
    await recorded("a", "b")
    const head = await recorded("c")
    const state = await verifyTrail(path)
    assert.equal(state.fault, null)
    assert.equal(state.links, 3)
    assert.equal(state.last?.hash, head)
    assert.deepEqual([...state.recentKeys], ["a", "b", "c"])
  })

  it("is readable by its owner only, for it holds patient ids", async () => {
    await recorded("a")
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  it("appends a repeated key once: in one batch, in the next, and after opening again", async () => {
    const trail = await openTrail(path, SOURCE)
    await trail.record(entries("a", "a"))
    await trail.record(entries("a", "b"))
    await trail.close()
    await recorded("b", "c")
    assert.equal((await verifyTrail(path)).links, 3)
  })

  it("keeps the order of calls that do not wait for each other", async () => {
    const trail = await openTrail(path, SOURCE)
    await Promise.all(["a", "b", "c", "d"].map((key) => trail.record(entries(key))))
    await trail.close()
    assert.deepEqual([...(await verifyTrail(path)).recentKeys], ["a", "b", "c", "d"])
  })

  it("cuts a torn last line at opening and goes on", async () => {
    await recorded("a", "b")
    const whole = (await stat(path)).size
    await appendFile(path, '{"n":3,"key":"c","previous":"')
    assert.equal((await verifyTrail(path)).torn, true)
    assert.equal(await faultOf(), null, "an append that is going on is no fault")
    await recorded("c")
    assert.equal((await verifyTrail(path)).links, 3)
    await truncate(path, whole - 1)
    await recorded("b", "c")
    assert.equal((await verifyTrail(path)).links, 3)
  })

  it("cuts what a failed append left behind before the next one", async () => {
    const trail = await openTrail(path, SOURCE)
    await trail.record(entries("a"))
    await appendFile(path, '{"n":2,"ke')
    await trail.record(entries("b"))
    await trail.close()
    const { links, fault } = await verifyTrail(path)
    assert.deepEqual({ links, fault }, { links: 2, fault: null })
  })

  it("takes a row again under the same key when it could not be written the first time", async () => {
    const trail = await openTrail(path, SOURCE)
    const unknown = { ...BLANK, event: "unheard-of" } as unknown as AuditEvent
    await assert.rejects(trail.record([...entries("a"), { key: "b", event: unknown }]), TypeError)
    await trail.record(entries("a", "b"))
    await trail.close()
    assert.deepEqual([...(await verifyTrail(path)).recentKeys], ["a", "b"])
  })

  it("writes no more when its file lost lines while it was open", async () => {
    const trail = await openTrail(path, SOURCE)
    await trail.record(entries("a"))
    await truncate(path, 10)
    await assert.rejects(trail.record(entries("b")), { code: "ERR_AUDIT_CHAIN" })
    await trail.close()
  })

  it("finds a changed line", async () => {
    await recorded("a", "b", "c")
    const list = await lines()
    await rewrite([list[0]!, list[1]!.replace("Login", "Logon"), list[2]!])
    assert.match((await faultOf())!, /^line 2 was changed$/)
  })

  it("finds a removed line, at the beginning too", async () => {
    await recorded("a", "b", "c")
    const list = await lines()
    await rewrite([list[0]!, list[2]!])
    assert.match((await faultOf())!, /^line 2 is numbered 3/)
    await rewrite(list.slice(1))
    assert.match((await faultOf())!, /^line 1 is numbered 2/)
  })

  it("finds lines in another order", async () => {
    await recorded("a", "b", "c")
    const [a = "", b = "", c = ""] = await lines()
    await rewrite([a, c, b])
    assert.match((await faultOf())!, /^line 2 /)
  })

  it("finds a line put in with right numbers but another history", async () => {
    await recorded("a", "b")
    const [a = ""] = await lines()
    await rm(path)
    await recorded("x", "y")
    const [, y = ""] = await lines()
    await rewrite([a, y])
    assert.match((await faultOf())!, /^line 2 does not hold the hash/)
  })

  it("finds an octet that changes nothing in JSON", async () => {
    await recorded("a")
    const [a = ""] = await lines()
    await rewrite([a.replace('"n":1,', '"n": 1,')])
    assert.match((await faultOf())!, /^line 1 is not an audit record/)
  })

  it("misses lines cut off the end only as long as nobody wrote the head down", async () => {
    const head = await recorded("a", "b", "c")
    const list = await lines()
    await rewrite(list.slice(0, 2))
    assert.equal(await faultOf(), null)
    assert.match((await verifyTrail(path, head)).fault!, /^line 3 is missing/)
  })

  it("does not open a chain that does not hold", async () => {
    await recorded("a", "b")
    const list = await lines()
    await rewrite([list[1]!])
    await assert.rejects(openTrail(path, SOURCE), (error) => error instanceof AuditError)
  })

  it("does not make a file by verifying one that is not there", async () => {
    await assert.rejects(verifyTrail(path), { code: "ENOENT" })
    await assert.rejects(stat(path), { code: "ENOENT" })
  })

  it("takes identifiers no XML can carry, and line separators of Unicode", async () => {
    const trail = await openTrail(path, SOURCE)
    const PatientID = "12\u0000\u001b$B3\u2028\ud800"
    await trail.record([{ key: "a", event: { ...BLANK, event: "study-deleted", PatientID } }])
    await trail.close()
    const state = await verifyTrail(path)
    assert.equal(state.fault, null)
    assert.ok(state.last?.message.includes('ParticipantObjectID="12\uFFFD\uFFFD$B3\u2028\uFFFD"'))
  })

  it("calls a line of a megabyte no record instead of gathering it", async () => {
    await writeFile(path, "x".repeat(3 * 1024 * 1024))
    assert.match((await faultOf())!, /^line 1 is not an audit record/)
  })
})
