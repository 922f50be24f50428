import assert from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { ConnectionOptions, TlsOptions } from "node:tls"
import type { CollectorError } from "../../../gateway/journey/errors.ts"
import { startSender, type Sender, type SenderLimits } from "../../../gateway/actors/audit-creator/sender.ts"
import { clientTls, serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { systemChance, systemClock } from "../../../gateway/clock.ts"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { sentMark } from "../../../gateway/storage/trail/sent-mark.ts"
import { openTrail, type Trail } from "../../../gateway/storage/trail/trail.ts"
import { EVENTS, SOURCE } from "../../storage/trail/events.ts"
import { withCa } from "../certificates.ts"
import { TestCollector } from "./collector.ts"

const FAST: Partial<SenderLimits> = {
  connectMs: 2_000,
  stallMs: 400,
  settleMs: 20,
  confirmMs: 60,
  retryMs: 40,
  perSecond: 100_000,
  stopMs: 1_000,
}

describe("the audit trail on its way to a collector", () => {
  let folder: string
  let trail: Trail
  let server: TlsOptions
  let client: ConnectionOptions
  let strangers: TlsOptions
  const senders: Sender[] = []
  const collectors: TestCollector[] = []
  const failures: string[] = []

  before(() => {
    const [ca, ours, theirs, other] = withCa(
      "audit CA",
      (made) =>
        [made.pem, made.issue("gateway"), made.issue("collector"), made.issue("somebody else")] as const,
    )
    const node = (own: typeof ours) => ({ chainPem: own.chainPem, keyPem: own.keyPem, trustedPem: ca })
    server = serverTls(node(theirs))
    strangers = serverTls(node(other))
    client = clientTls(node(ours), [pinOf(theirs.x509)])
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "audit-sender-"))
    trail = await openTrail(join(folder, "audit.jsonl"), SOURCE)
    failures.length = 0
  })
  afterEach(async () => {
    await Promise.all(senders.splice(0).map((each) => each.stop()))
    await Promise.all(collectors.splice(0).map((each) => each.kill()))
    await trail.close()
    await rm(folder, { recursive: true })
  })

  const collector = async (port = 0, tls = server, silent = false): Promise<TestCollector> => {
    const opened = await TestCollector.listen(tls, port, silent)
    collectors.push(opened)
    return opened
  }
  const sender = async (port: number, limits: Partial<SenderLimits> = {}): Promise<Sender> => {
    const started = await startSender({
      collector: { host: "127.0.0.1", port, tls: client },
      origin: { host: "edge.example.jp", application: "dokuei-edge", processId: "4711" },
      trail: trail.reader,
      mark: sentMark(folder, "hospital"),
      clock: systemClock,
      chance: systemChance,
      limits: { ...FAST, ...limits },
      onFailure: (error) => failures.push((error as CollectorError).code),
    })
    senders.push(started)
    return started
  }
  const stopped = async (each: Sender): Promise<void> => {
    senders.splice(senders.indexOf(each), 1)
    await each.stop()
  }
  const names = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `利用者${from + index}`)
  const record = (...users: readonly string[]): Promise<void> =>
    trail.record(users.map((user) => ({ key: user, event: { ...EVENTS.login, user } })))
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    const limit = Date.now() + 8_000
    while (!holds()) {
      if (Date.now() > limit) assert.fail(`never: ${what}`)
      await sleep(5)
    }
  }
  const markedN = async (): Promise<number> =>
    (JSON.parse(await readFile(join(folder, "audit-sent", "hospital.json"), "utf8")) as { n: number }).n

  it("is told in order from the first record on, and what is recorded later at once", async () => {
    await record(...names(0, 3))
    const there = await collector()
    const sending = await sender(there.port)
    await until(() => there.users.length === 3, "three records")
    await record("佐藤")
    await until(() => there.users.length === 4, "the fourth")
    assert.deepEqual(there.users, [...names(0, 3), "佐藤"])
    await until(() => sending.state().waiting === 0, "confirmed")
    assert.equal(await markedN(), 4)
    assert.equal(sending.state().failureCode, null)
    assert.notEqual(sending.state().lastSuccessAt, null)
  })

  it("goes on behind the mark after a restart, and repeats nothing that was confirmed", async () => {
    const there = await collector()
    await record(...names(0, 50))
    const first = await sender(there.port)
    await until(() => first.state().waiting === 0, "all confirmed")
    await stopped(first)
    await record(...names(50, 60))
    const second = await sender(there.port)
    await until(() => second.state().waiting === 0, "the rest confirmed")
    assert.deepEqual(there.users, names(0, 60))
  })

  it("loses nothing to a collector that is killed again and again, and repeats no more than may be unconfirmed", async () => {
    const records = 20
    let there = await collector()
    const { port } = there
    const kept: string[] = []
    const sending = await sender(port, { records, confirmMs: 30 })
    for (let round = 0; round < 12; round++) {
      await record(...names(round * 10, round * 10 + 10))
      await sleep(round % 3 === 0 ? 3 : 25)
      await there.kill()
      kept.push(...there.users)
      there = await collector(port)
    }
    await until(() => sending.state().waiting === 0, "all confirmed")
    kept.push(...there.users)
    const firstSeen = [...new Set(kept)]
    assert.deepEqual(firstSeen, names(0, 120), "every record, in order of first sight")
    const cuts = 12
    assert.ok(kept.length <= 120 + cuts * records, `${kept.length - 120} duplicates`)
  })

  it("sends again what a collector cut off before its end in good order", async () => {
    const there = await collector()
    let isFirst = true
    there.onChunk = (socket) => {
      if (isFirst) socket.destroy()
      isFirst = false
    }
    await record(...names(0, 5))
    const sending = await sender(there.port)
    await until(() => sending.state().waiting === 0, "all confirmed")
    assert.deepEqual([...new Set(there.users)], names(0, 5))
    assert.deepEqual(failures, ["ERR_COLLECTOR_ENDED"])
  })

  it("calls nothing sent that a collector may hold unread: one that never ends is told as failing", async () => {
    const there = await collector(0, server, true)
    await record("a")
    const sending = await sender(there.port, { stallMs: 50 })
    await until(() => sending.state().failureCode !== null, "a failure")
    assert.equal(sending.state().failureCode, "ERR_COLLECTOR_ENDED")
    assert.equal(sending.state().waiting, 1)
    await assert.rejects(markedN(), { code: "ENOENT" })
  })

  it("waits out an outage of days, holds no record in memory meanwhile, and does not flood when it ends", async function () {
    this.timeout(60_000)
    const there = await collector()
    const { port } = there
    await there.kill()
    // 20,000 records, about what a hospital makes in a day of seven, in one hundredth of the pace.
    const total = 20_000
    const sending = await sender(port, { perSecond: 8_000 })
    for (let from = 0; from < total; from += 500) await record(...names(from, from + 500))
    await until(() => sending.state().failureCode === "ERR_COLLECTOR_UNREACHABLE", "unreachable")
    assert.equal(sending.state().waiting, total)
    assert.equal(sending.state().waitingSince, EVENTS.login.at)
    global.gc?.()
    const before = process.memoryUsage().rss
    const back = await collector(port)
    await until2(() => sending.state().waiting === 0)
    const grownMiB = (process.memoryUsage().rss - before) / 1024 / 1024
    assert.deepEqual(back.users, names(0, total))
    const [first = 0] = back.arrivals
    const tookMs = (back.arrivals.at(-1) ?? 0) - first
    assert.ok(tookMs >= (total / 8_000) * 1_000 * 0.9, `paced: ${Math.round(tookMs)} ms`)
    console.log(
      `      ${total} records in ${Math.round(tookMs)} ms by ${back.connections} connections, memory ${grownMiB.toFixed(0)} MiB up; failures told: ${failures.join(" ")}`,
    )
    assert.deepEqual(failures, ["ERR_COLLECTOR_UNREACHABLE"], "an outage is told once")
  })
  const until2 = async (holds: () => boolean): Promise<void> => {
    const limit = Date.now() + 50_000
    while (!holds()) {
      if (Date.now() > limit) assert.fail("never: all confirmed")
      await sleep(20)
    }
  }

  it("begins anew when the mark is of another trail, or spoilt", async () => {
    await record(...names(0, 3))
    const there = await collector()
    await stopped(await sender(there.port))
    assert.equal(there.users.length, 3)
    const path = join(folder, "audit-sent", "hospital.json")
    const mark = await readFile(path, "utf8")
    for (const spoilt of [
      "",
      "{",
      mark.replace(/"hash":"./, '"hash":"g'),
      mark.replace(/"hash":"../, '"hash":"00'),
    ]) {
      await writeFile(path, spoilt)
      there.users.length = 0
      const sending = await sender(there.port)
      await until(() => sending.state().waiting === 0, "all again")
      await stopped(sending)
      assert.deepEqual(there.users, names(0, 3), spoilt)
    }
  })

  it("says nothing to a server that is not the agreed one", async () => {
    const there = await collector(0, strangers)
    await record("a")
    const sending = await sender(there.port)
    await until(() => sending.state().failureCode !== null, "a failure")
    assert.equal(sending.state().failureCode, "ERR_COLLECTOR_TLS")
    assert.deepEqual(there.users, [])
  })

  it("calls nothing sent that went to a collector which then refused our certificate", async () => {
    const other = withCa("another CA", (made) => made.pem)
    const there = await collector(0, { ...server, ca: other })
    await record("a")
    const sending = await sender(there.port)
    await until(() => sending.state().failureCode !== null, "a refusal")
    assert.deepEqual(there.users, [])
    assert.equal(sending.state().waiting, 1)
  })

  it("sends what is there when it is stopped, and does not wait for a collector that is away", async () => {
    const there = await collector()
    const sending = await sender(there.port, { confirmMs: 60_000 })
    await record("a", "b")
    await stopped(sending)
    assert.deepEqual(there.users, ["a", "b"])
    assert.equal(await markedN(), 2)
    await there.kill()
    const away = await sender(there.port, { retryMs: 60_000 })
    await record("c")
    await until(() => away.state().failureCode !== null, "a failure")
    const started = Date.now()
    await stopped(away)
    assert.ok(Date.now() - started < 1_500)
  })

  it("takes TLS 1.2 alone where the agreement says so", async () => {
    const old = await collector(0, {
      ...server,
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.2",
      ciphers: undefined,
    })
    await record("a")
    const refused = await sender(old.port)
    await until(() => refused.state().failureCode !== null, "a failure")
    assert.equal(refused.state().failureCode, "ERR_COLLECTOR_TLS")
    await stopped(refused)
    client = { ...client, minVersion: "TLSv1.2", ciphers: undefined }
    const sending = await sender(old.port)
    await until(() => sending.state().waiting === 0, "confirmed")
    assert.deepEqual(old.users, ["a"])
  })
})
