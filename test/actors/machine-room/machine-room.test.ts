import assert from "node:assert/strict"
import { request } from "node:http"
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { connect } from "node:net"
import {
  certificateCheck,
  clockCheck,
  collectorCheck,
  inService,
  outboxCheck,
  roadHomeCheck,
  spaceCheck,
  signaturesCheck,
  stampsCheck,
  type Health,
} from "../../../gateway/actors/machine-room/health.ts"
import { httpGuard } from "../../../gateway/actors/secure-node/waiting-room.ts"
import { listenMachineRoom, type MachineRoom } from "../../../gateway/actors/machine-room/listen.ts"
import { metrics, type MetricSources } from "../../../gateway/actors/machine-room/metrics.ts"
import type { Change } from "../../../gateway/journey/records/ledger.ts"
import { job, submission } from "../../storage/ledger/records.ts"

const NOW = new Date("2026-04-01T00:00:00Z")
const days = (count: number): Date => new Date(NOW.getTime() + count * 86_400_000)
const MIB = 1024 * 1024
const OK: Health = {
  role: "edge",
  version: "0.1.0",
  checks: [{ name: "spool", state: "ok", sentence: "fine" }],
}

const CLOCK = {
  check: "chrony",
  reading: { offsetMs: -250, boundMs: 300, source: "192.0.2.1" },
  failureCode: null,
  detail: "",
}
const sources: MetricSources = {
  now: () => NOW,
  space: () => Promise.resolve({ freeBytes: 7, totalBytes: 9 }),
  auditOutboxRows: () => Promise.resolve(3),
  pendingSignatures: () => Promise.resolve({ waiting: 1, late: 0, since: "2026-11-25T00:00:00.000Z" }),
  pendingStamps: () => Promise.resolve({ waiting: 2, late: 1, since: "2026-11-25T00:00:00.000Z" }),
  certificates: () => [{ use: "seal", notAfter: days(10) }],
  clock: () => CLOCK,
  levers: { isolatedSince: null, frozenSince: "2026-03-31T22:00:00Z" },
  roads: () =>
    Promise.resolve([
      {
        agreement: "mihon-hospital",
        connectedSince: "2026-03-31T20:00:00Z",
        lastHeardAt: "2026-03-31T23:59:50Z",
        downSince: null,
        failureCode: null,
        opened: 3,
        waiting: 0,
      },
      {
        agreement: "kawa-clinic",
        connectedSince: null,
        lastHeardAt: null,
        downSince: "2026-03-31T20:00:00Z",
        failureCode: null,
        opened: 0,
        waiting: 2,
      },
    ]),
  collectors: () => [
    { name: "arr", waiting: 4, waitingSince: "2026-03-31T23:00:00Z", failureCode: "ERR_COLLECTOR_TLS" },
  ],
  storage: () => ({
    stored: 5,
    refused: 1,
    abandoned: 0,
    dataSetBytes: 1000,
    open: 2,
    released: 4,
    aborted: 0,
    rejected: 1,
  }),
  files: () => [
    { door: "stow-rs", stored: 3, refused: 1, abandoned: 0, bytes: 700 },
    { door: "folder", stored: 0, refused: 2, abandoned: 1, bytes: 0 },
  ],
}

describe("the machine room", () => {
  let room: MachineRoom
  let health: () => Promise<Health>
  let faults: unknown[]
  beforeEach(async () => {
    health = () => Promise.resolve(OK)
    faults = []
    room = await listenMachineRoom({
      host: "127.0.0.1",
      port: 0,
      health: () => health(),
      register: metrics(sources).register,
      healthTimeoutMs: 50,
      onFault: (error) => faults.push(error),
    })
  })
  afterEach(() => room.close())
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${room.port}${path}`, init)

  it("passes over a request to speak another protocol, and leaves nobody hanging who asks", async () => {
    const guarded = await listenMachineRoom({
      host: "127.0.0.1",
      port: 0,
      health,
      register: metrics(sources).register,
      guard: httpGuard(4),
    })
    const socket = connect(guarded.port, "127.0.0.1")
    socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: elsewhere\r\n\r\n")
    const [answer] = (await once(socket, "data")) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /)
    socket.destroy()
    await guarded.close()
  })

  it("answers 200 with every check while nothing fails", async () => {
    const response = await get("/healthz")
    assert.equal(response.status, 200)
    assert.equal(response.headers.get("cache-control"), "no-store")
    assert.deepEqual(await response.json(), OK)
  })

  it("stays in service with a warning, and leaves it with a failure", async () => {
    const of = (state: "warn" | "fail") => () =>
      Promise.resolve({ ...OK, checks: [{ name: "x", state, sentence: "" }] })
    health = of("warn")
    assert.equal((await get("/healthz")).status, 200)
    health = of("fail")
    assert.equal((await get("/healthz")).status, 503)
  })

  it("takes no answer for a bad one: a check that throws or hangs", async () => {
    health = () => Promise.reject(new Error("ledger"))
    assert.equal((await get("/healthz")).status, 503)
    health = () => new Promise(() => undefined)
    const response = await get("/healthz")
    assert.equal(response.status, 503)
    assert.doesNotMatch(await response.text(), /ledger/)
    assert.equal(faults.length, 2)
  })

  it("answers GET and HEAD only, and nothing but its two paths", async () => {
    assert.equal((await get("/healthz", { method: "HEAD" })).status, 200)
    const post = await get("/metrics", { method: "POST" })
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"])
    for (const path of ["/", "/healthz/", "/../healthz/x", "/metricsx"])
      assert.equal((await get(path)).status, 404)
    assert.equal((await get("/healthz?verbose=1")).status, 200)
  })

  it("closes with a client still connected", async () => {
    const open = request({
      port: room.port,
      path: "/healthz",
      agent: false,
      headers: { connection: "keep-alive" },
    }).end()
    const [response] = (await once(open, "response")) as [IncomingMessage]
    response.resume()
    open.on("error", () => undefined)
    const closed = room.close()
    await closed
    await assert.rejects(get("/healthz"))
    room = { port: 0, close: () => Promise.resolve() }
  })

  it("shows metrics in the text format of Prometheus, the event loop's lag among them", async () => {
    const response = await get("/metrics")
    assert.match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    for (const line of [
      'dokuei_spool_bytes{what="free"} 7',
      "dokuei_audit_outbox_rows 3",
      "dokuei_time_stamps_pending 2",
      "dokuei_time_stamps_late 1",
      "dokuei_signatures_pending 1",
      "dokuei_signatures_late 0",
      "dokuei_clock_trusted 1",
      "dokuei_clock_offset_seconds -0.25",
      "dokuei_clock_bound_seconds 0.3",
      'dokuei_audit_unsent_records{collector="arr"} 4',
      'dokuei_audit_unsent_seconds{collector="arr"} 3600',
      'dokuei_road_home_connected{agreement="mihon-hospital"} 1',
      'dokuei_road_home_connected{agreement="kawa-clinic"} 0',
      'dokuei_road_home_silence_seconds{agreement="mihon-hospital"} 10',
      'dokuei_road_home_waiting{agreement="kawa-clinic"} 2',
      'dokuei_road_home_opened_total{agreement="mihon-hospital"} 3',
      'dokuei_certificate_days_left{use="seal"} 10',
      'dokuei_instances_total{outcome="stored"} 5',
      'dokuei_files_total{door="stow-rs",outcome="stored"} 3',
      'dokuei_files_total{door="folder",outcome="refused"} 2',
      'dokuei_file_bytes_total{door="stow-rs"} 700',
      'dokuei_associations_total{end="rejected"} 1',
      "dokuei_instance_bytes_total 1000",
      "dokuei_associations_open 2",
    ])
      assert.ok(text.includes(`\n${line}\n`), line)
    assert.match(text, /^nodejs_eventloop_lag_seconds /m)
  })

  it("says that a scrape failed instead of showing old numbers", async () => {
    await room.close()
    const broken = { ...sources, space: () => Promise.reject(new Error("disk")) }
    room = await listenMachineRoom({ host: "127.0.0.1", port: 0, health, register: metrics(broken).register })
    assert.equal((await get("/metrics")).status, 500)
  })
})

describe("metrics", () => {
  const valueOf = async (changes: readonly (readonly Change[])[], line: string): Promise<boolean> => {
    const made = metrics({ ...sources, storage: null, files: null })
    changes.forEach((each) => made.committed(each))
    return (await made.register.metrics()).includes(`\n${line}\n`)
  }
  const put = (state: "sending" | "accepted", attempts = 0): Change => ({
    put: "submission",
    record: submission({ state, attempts }),
  })

  it("count a submission once for every state it reaches", async () => {
    const changes = [[put("sending")], [put("sending", 1), put("accepted")]]
    const line = (state: string): string =>
      `dokuei_submissions_total{direction="out",kind="study",state="${state}"} 1`
    assert.ok(await valueOf(changes, line("sending")))
    assert.ok(await valueOf(changes, line("accepted")))
  })

  it("count every failure of a step by its code, and no success", async () => {
    const failed: Change = { put: "job", record: job({ failureCode: "ERR_SPOOL_FULL" }) }
    const changes = [[failed, { put: "job", record: job() }] as const, [failed]]
    assert.ok(await valueOf(changes, 'dokuei_job_failures_total{verb="assemble",code="ERR_SPOOL_FULL"} 2'))
  })

  it("of a center have no modalities", async () => {
    assert.ok(
      !(await metrics({ ...sources, storage: null, files: null }).register.metrics()).includes(
        "dokuei_instances_total",
      ),
    )
  })
})

describe("health", () => {
  it("warns before routine images are refused, and says what is accepted when they are", () => {
    const marks = { warnMiB: 400, refuseMiB: 200, reserveMiB: 100 }
    const at = (freeMiB: number) => spaceCheck(freeMiB * MIB, marks)
    assert.deepEqual(
      [400, 399, 200, 199].map((each) => at(each).state),
      ["ok", "warn", "warn", "fail"],
    )
    assert.match(at(100).sentence, /urgent ones and reports accepted/)
    assert.match(at(99).sentence, /nothing new is accepted/)
  })

  it("warns a month before a certificate expires and fails after", () => {
    const at = (count: number): string => certificateCheck("tls", days(count), NOW).state
    assert.deepEqual([at(30), at(29), at(0), at(-1)], ["ok", "warn", "warn", "fail"])
    assert.equal(certificateCheck("tls", days(89), NOW).sentence, "89 days left: apply for the next one")
    assert.equal(certificateCheck("tls", days(6), NOW).sentence, "6 days left: renew it now")
    assert.equal(certificateCheck("north/tls", days(-1), NOW, false).state, "warn")
  })

  it("warns when audit rows pile up", () => {
    assert.deepEqual([outboxCheck(999).state, outboxCheck(1000).state], ["ok", "warn"])
  })

  it("counts reports that wait for a time stamp, and warns once one has waited for a day", () => {
    const since = "2026-11-25T00:00:00.000Z"
    const states = [
      { waiting: 0, late: 0, since: null },
      { waiting: 2, late: 0, since },
      { waiting: 2, late: 1, since },
    ].map((each) => stampsCheck(each))
    assert.deepEqual(
      states.map(({ state }) => state),
      ["ok", "ok", "warn"],
    )
    assert.match(states[2]!.sentence, /^2 report\(s\) wait for a time stamp, the first since 2026-11-25/)
    const signatures = signaturesCheck({ waiting: 2, late: 1, since })
    assert.match(signatures.sentence, /wait for their reader's signature.*: see the signing service/)
  })

  it("says how right the clock is, and warns of one that nothing is signed by, or nobody looks at", () => {
    assert.deepEqual(clockCheck(CLOCK), {
      name: "clock",
      state: "ok",
      sentence: "-250.0 ms off by 192.0.2.1, surely less than 300.0 ms",
    })
    const off = clockCheck({ ...CLOCK, failureCode: "ERR_CLOCK_OFF", detail: "3 s off" })
    assert.deepEqual([off.state, off.sentence], ["warn", "nothing is signed: 3 s off"])
    assert.equal(clockCheck({ ...CLOCK, check: "none", reading: null }).state, "warn")
  })

  it("warns of a collector that is behind for more than an hour, and of a moment's absence not", () => {
    const unsent = { name: "arr", waiting: 7, waitingSince: days(-1).toISOString(), failureCode: null }
    const moment = { ...unsent, waitingSince: new Date(NOW.getTime() - 3_600_000).toISOString() }
    const none = { ...unsent, waiting: 0, waitingSince: null }
    assert.deepEqual(
      [unsent, moment, none].map((each) => collectorCheck(each, NOW).state),
      ["warn", "ok", "ok"],
    )
    assert.deepEqual(collectorCheck({ ...unsent, failureCode: "ERR_COLLECTOR_TLS" }, NOW), {
      name: "audit-collector-arr",
      state: "warn",
      sentence: "7 records wait since 2026-03-31T00:00:00.000Z: ERR_COLLECTOR_TLS",
    })
    assert.equal(collectorCheck(none, NOW).sentence, "all of it is there")
  })

  it("warns of a road home that is down for more than two minutes, with why", () => {
    const up = { agreement: "a", connectedSince: "08:00", lastHeardAt: "08:01", downSince: null }
    const road = { ...up, failureCode: null, opened: 1, waiting: 0 }
    const down = (seconds: number, failureCode: string | null = null) => ({
      ...road,
      connectedSince: null,
      downSince: new Date(NOW.getTime() - seconds * 1_000).toISOString(),
      failureCode,
    })
    assert.deepEqual(roadHomeCheck(road, NOW), {
      name: "road-home-a",
      state: "ok",
      sentence: "since 08:00, last heard 08:01, nothing waits",
    })
    assert.equal(roadHomeCheck(down(60), NOW).state, "ok")
    assert.deepEqual(roadHomeCheck({ ...down(121, "ERR_SUBMISSION_REFUSED"), waiting: 4 }, NOW), {
      name: "road-home-a",
      state: "warn",
      sentence: "none since 2026-03-31T23:57:59.000Z, 4 submissions wait: ERR_SUBMISSION_REFUSED",
    })
  })

  it("is in service as long as nothing fails", () => {
    assert.equal(inService({ ...OK, checks: [] }), true)
  })
})
