import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { ConnectionOptions } from "node:tls"
import { startSender, type Sender, type SenderLimits } from "../../../gateway/actors/audit-creator/sender.ts"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { clientTls } from "../../../gateway/actors/secure-node/tls.ts"
import { systemChance, systemClock } from "../../../gateway/clock.ts"
import { sentMark } from "../../../gateway/storage/trail/sent-mark.ts"
import { openTrail, type Trail } from "../../../gateway/storage/trail/trail.ts"
import { isRsyslogThere, Rsyslog } from "../../peers/rsyslog.ts"
import { schemaFaults, schemaOr } from "../../peers/schemas.ts"
import { EVENTS, SOURCE } from "../../storage/trail/events.ts"
import { withCa, type TestCertificate } from "../certificates.ts"

describe("the audit trail at rsyslog", function () {
  this.timeout(60_000)
  let folder: string
  let trail: Trail
  let ca: string
  let ours: TestCertificate
  let theirs: TestCertificate
  let stranger: TestCertificate
  let strangerCa: string
  let rsyslog: Rsyslog | null = null
  let sending: Sender | null = null

  before(function () {
    if (!isRsyslogThere()) {
      console.log("      skipped: rsyslog and rsyslog-openssl are not installed")
      return this.skip()
    }
    ;[ca, ours, theirs] = withCa(
      "audit CA",
      (made) =>
        [made.pem, made.issue("gateway", { rsa: true }), made.issue("collector", { rsa: true })] as const,
    )
    ;[strangerCa, stranger] = withCa("another CA", (made) => [made.pem, made.issue("somebody else")] as const)
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "audit-rsyslog-"))
    trail = await openTrail(join(folder, "audit.jsonl"), SOURCE)
  })
  afterEach(async () => {
    await sending?.stop()
    await rsyslog?.close()
    ;[sending, rsyslog] = [null, null]
    await trail.close()
    await rm(folder, { recursive: true })
  })

  const tls = (own = ours, profile: "1.3" | "ihe-stx" = "1.3"): ConnectionOptions => {
    const node = { chainPem: own.chainPem, keyPem: own.keyPem, trustedPem: ca, profile }
    return clientTls(node, [pinOf(theirs.x509)])
  }
  const collector = (openssl = ""): Promise<Rsyslog> =>
    Rsyslog.open({ chainPem: theirs.chainPem, keyPem: theirs.keyPem, trustedPem: ca, openssl })
  const sender = (port: number, options = tls(), limits: Partial<SenderLimits> = {}): Promise<Sender> =>
    startSender({
      collector: { host: "127.0.0.1", port, tls: options },
      origin: { host: "edge.example.jp", application: "dokuei-edge", processId: "4711" },
      trail: trail.reader,
      mark: sentMark(folder, "hospital"),
      clock: systemClock,
      chance: systemChance,
      limits: { confirmMs: 100, settleMs: 50, retryMs: 100, ...limits },
      onFailure: () => undefined,
    })
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    const limit = Date.now() + 20_000
    while (!holds()) {
      if (Date.now() > limit) assert.fail(`never: ${what}`)
      await sleep(20)
    }
  }
  const everyEvent = Object.values(EVENTS).map((event) => ({ key: event.event, event }))

  it("arrives whole and in order, every kind of event, in Japanese, by header and message", async function () {
    const japanese = { ...EVENTS.login, userName: "髙﨑 花子（読影医）😀", user: "takasaki" }
    await trail.record([...everyEvent, { key: "japanese", event: japanese }])
    rsyslog = await collector()
    sending = await sender(rsyslog.port)
    await until(() => sending?.state().waiting === 0, "confirmed")
    await until(() => rsyslog?.records.length === everyEvent.length + 1, "written")
    const { records } = rsyslog
    const wanted: string[] = []
    for await (const { message } of trail.reader.after(null)) wanted.push(message)
    assert.deepEqual(
      records.map(({ message }) => message),
      wanted,
    )
    const [first] = records
    assert.ok(first !== undefined)
    assert.deepEqual(
      { ...first, message: "" },
      {
        facility: "10",
        severity: "5",
        timestamp: "2026-04-01T09:30:00.000Z",
        host: "edge.example.jp",
        application: "dokuei-edge",
        processId: "4711",
        messageId: "IHE+RFC-3881",
        structuredData: "-",
        message: "",
      },
    )
    assert.ok(records.at(-1)?.message.includes("髙﨑 花子（読影医）😀"))
    const schema = schemaOr(this, "audit", records.length)
    assert.deepEqual(
      schemaFaults(
        schema,
        records.map(({ message }) => message),
      ),
      [],
    )
  })

  it("is complete behind a collector that is stopped and started while records come", async () => {
    rsyslog = await collector()
    sending = await sender(rsyslog.port, tls(), { perSecond: 100_000 })
    const users: string[] = []
    for (let round = 0; round < 4; round++) {
      const some = Array.from({ length: 50 }, (_, index) => `利用者${round * 50 + index}`)
      users.push(...some)
      await trail.record(some.map((user) => ({ key: user, event: { ...EVENTS.login, user } })))
      await sleep(70)
      await rsyslog.stop("SIGTERM")
      await rsyslog.start()
    }
    await until(() => sending?.state().waiting === 0, "all confirmed")
    await rsyslog.stop("SIGTERM")
    const seen = rsyslog.records.map(({ message }) => /UserID="([^"]*)"/.exec(message)?.[1] ?? "")
    assert.deepEqual([...new Set(seen)], users)
    console.log(`      ${users.length} records, ${seen.length - users.length} of them twice`)
  })

  it("goes to one that speaks TLS 1.2 alone only by ihe-stx", async () => {
    rsyslog = await collector("MaxProtocol=TLSv1.2")
    await trail.record(everyEvent.slice(0, 1))
    sending = await sender(rsyslog.port)
    await until(() => sending?.state().failureCode === "ERR_COLLECTOR_TLS", "refused")
    await sending.stop()
    sending = await sender(rsyslog.port, tls(ours, "ihe-stx"))
    await until(() => sending?.state().waiting === 0, "confirmed")
    await until(() => rsyslog?.records.length === 1, "written")
  })

  it("stays here when the collector does not know our certificate", async () => {
    rsyslog = await collector()
    await trail.record(everyEvent.slice(0, 1))
    sending = await sender(rsyslog.port, { ...tls(stranger), ca: [ca, strangerCa] })
    await until(() => sending?.state().failureCode === "ERR_COLLECTOR_TLS", "refused")
    assert.equal(sending.state().waiting, 1)
    assert.deepEqual(rsyslog.records, [])
  })
})
