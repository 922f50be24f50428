/** What somebody must do something about, of all that is known. */
import assert from "node:assert/strict"
import { ADVICE, adviceFor, type LightCode } from "../../../gateway/journey/technician/advice.ts"
import { ERRORS } from "../../../gateway/journey/errors.ts"
import { lightsOf, type Facts, type Page } from "../../../gateway/journey/technician/lights.ts"
import type { RoadHomeView } from "../../../gateway/journey/views/technician.ts"

const NOW = new Date("2026-04-01T03:00:00.000Z")
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString()

const ANSWERS = { lastSuccessAt: ago(1), lastFailureAt: null, failingSince: null, failureCode: null }
const silent = (minutes: number, failureCode: string) => ({
  lastSuccessAt: ago(minutes + 1),
  lastFailureAt: ago(0),
  failingSince: ago(minutes),
  failureCode,
})
const DEVICE = {
  aeTitle: "CT1",
  stat: false,
  open: 0,
  lastImageAt: ago(5),
  today: 1,
  lastEchoAt: null,
  lastRefusal: null,
  callable: true,
  files: false,
}
const PARTNER = {
  ...ANSWERS,
  agreement: "center",
  name: "読影センター",
  waiting: 0,
  stat: 0,
  oldestAt: null,
  sending: 0,
  failed: 0,
  bytes: 0,
  maxMbitPerSecond: null,
  opensAt: null,
  roadHome: null,
}
const ROAD_HOME = {
  connectedSince: ago(500),
  lastHeardAt: ago(0),
  downSince: null,
  failureCode: null,
  replacedAt: null,
  opened: 1,
}
const ARCHIVE = {
  ...ANSWERS,
  aeTitle: "PACS",
  callable: true,
  lastEchoAt: null,
  commitmentsWaiting: 0,
  reportsWaiting: 0,
  reportsFailed: 0,
}
const PAGE: Page = {
  since: ago(1000),
  door: { aeTitle: "DOKUEI", port: 104, securePort: null },
  devices: [DEVICE],
  turnedAway: [],
  partners: [PARTNER],
  archive: ARCHIVE,
  timeStamp: ANSWERS,
  directory: null,
  disk: { freeBytes: 9, totalBytes: 10, warnBytes: 3, refuseBytes: 2, reserveBytes: 1, state: "ok" },
  certificates: [{ use: "seal", notAfter: "2027-04-01T00:00:00.000Z", daysLeft: 365 }],
  lists: [{ issuer: "CN=CA", nextUpdate: "2026-05-01T00:00:00.000Z", stale: false, ending: false }],
  auditRows: 0,
  clock: {
    check: "chrony",
    limitMs: 1_000,
    reading: { offsetMs: -0.4, boundMs: 12, source: "192.0.2.1", heardAt: ago(1) },
    failureCode: null,
    failingSince: null,
    detail: "",
  },
  collectors: [],
}
const FACTS: Facts = {
  now: NOW,
  page: PAGE,
  frozenSince: null,
  rot: 0,
  unreadableLists: [],
  failingSteps: { count: 0, codes: [] },
  lateSignatures: [],
  doubtedSignatures: 0,
  commitmentsSince: null,
  firstResponders: new Map([["center", "当直 03-0000-0000"]]),
}
const lights = (page: Partial<Page>, behind: Partial<Facts> = {}) =>
  lightsOf({ ...FACTS, ...behind, page: { ...PAGE, ...page } })
const told = (page: Partial<Page>, behind: Partial<Facts> = {}): string[] =>
  lights(page, behind).map(({ tone, code }) => `${tone} ${code}`)

describe("the lights of the technician's page", () => {
  it("are one for all reports whose time stamp is late, with the list of requests", () => {
    const [late, ...more] = lights({}, { lateSignatures: [ago(3_000), ago(1_500)] })
    assert.deepEqual(
      [late?.code, late?.tone, late?.since, more.length],
      ["signature-late", "amber", ago(3_000), 0],
    )
    assert.deepEqual(late?.offer, { what: "requests" })
    assert.match(late.ja.title, /2件/)
    assert.match(late.en.title, /^2 reports have waited/)
  })

  it("are red when signatures of reports can no longer be confirmed, with the list of requests", () => {
    const [doubted, ...more] = lights({}, { doubtedSignatures: 1 })
    assert.deepEqual([doubted?.code, doubted?.tone, more.length], ["signature-doubted", "red", 0])
    assert.deepEqual(doubted?.offer, { what: "requests" })
    assert.match(doubted.en.title, /^The signature of 1 report can no longer be confirmed$/)
  })

  it("are none when everything flows", () => {
    assert.deepEqual(told({}), [])
  })

  it("follow the disk through its marks, and tell of rot", () => {
    const at = (state: Page["disk"]["state"]) => told({ disk: { ...PAGE.disk, state } })
    assert.deepEqual(at("low"), ["amber disk-low"])
    assert.deepEqual(at("refusing"), ["red disk-refusing"])
    assert.deepEqual(at("full"), ["red disk-full"])
    assert.deepEqual(told({}, { rot: 2 }), ["red spool-rot"])
  })

  it("never say that storing goes on while the disk takes nothing, or the gateway is frozen", () => {
    const page = { partners: [{ ...PARTNER, ...silent(5, "ERR_SUBMISSION_UNREACHABLE") }] }
    const notes = (disk: Page["disk"]["state"], frozenSince: string | null) =>
      lights({ ...page, disk: { ...PAGE.disk, state: disk } }, { frozenSince }).map(
        ({ ja, en }) => ja.note + en.note,
      )
    const goesOn = /撮影と保管は続いています|storing go on/
    assert.match(notes("low", null).join(), goesOn)
    for (const each of [notes("refusing", null), notes("full", null), notes("ok", ago(3))]) {
      assert.doesNotMatch(each.join(), goesOn)
      assert.match(each.join(), /すでに届いた画像は失われません。What has arrived is safe\./)
    }
  })

  it("tell of a clock nobody vouches for, and in red after two minutes or when it lasts", () => {
    const clock = (code: string, minutes: number) => ({
      clock: { ...PAGE.clock, failureCode: code, failingSince: ago(minutes) },
    })
    assert.deepEqual(told(clock("ERR_CLOCK_UNKNOWN", 1)), ["amber ERR_CLOCK_UNKNOWN"])
    assert.deepEqual(told(clock("ERR_CLOCK_OFF", 2)), ["red ERR_CLOCK_OFF"])
    assert.deepEqual(told({ clock: { ...PAGE.clock, check: "none", reading: null } }), [])
  })

  it("tell of a collector of audit records that is behind for more than an hour", () => {
    const collector = { ...silent(90, "ERR_COLLECTOR_UNREACHABLE"), name: "arr", waiting: 3 }
    const since = (minutes: number | null) => ({
      collectors: [{ ...collector, waitingSince: minutes === null ? null : ago(minutes) }],
    })
    assert.deepEqual(told(since(61)), ["amber collector-behind"])
    assert.deepEqual(told(since(59)), [])
    assert.deepEqual(told(since(null)), [])
  })

  it("are amber for a directory that is not read, however long, since it was read last", () => {
    const directory = { name: "ldap.example.jp", readAt: ago(90), people: 40, leftOut: 0 }
    const failing = { directory: { ...directory, ...silent(60, "ERR_DIRECTORY_UNREACHABLE") } }
    assert.deepEqual(told(failing), ["amber ERR_DIRECTORY_UNREACHABLE"])
    assert.equal(lights(failing)[0]?.since, ago(90))
    assert.deepEqual(told({ directory: { ...directory, ...ANSWERS } }), [])
  })

  it("are amber for a line that is away for a moment, and red afterwards, with who is to be called", () => {
    const down = (minutes: number) => ({
      partners: [{ ...PARTNER, ...silent(minutes, "ERR_SUBMISSION_UNREACHABLE") }],
    })
    assert.deepEqual(told(down(1)), ["amber ERR_SUBMISSION_UNREACHABLE"])
    const [red] = lights(down(3))
    assert.deepEqual(
      [red?.tone, red?.since, red?.call, red?.offer],
      ["red", ago(3), "当直 03-0000-0000", { what: "line", agreement: "center" }],
    )
    assert.match(JSON.stringify(red?.ja), /読影センター.*画像は失われません/)
  })

  it("tell of a road home that is down although the centre answers, and of who sits on it", () => {
    const road = (over: Partial<RoadHomeView>) => ({
      partners: [{ ...PARTNER, roadHome: { ...ROAD_HOME, ...over } }],
    })
    const down = (minutes: number, failureCode: string | null = null) =>
      road({ connectedSince: null, downSince: ago(minutes), failureCode })
    assert.deepEqual(told(road({})), [])
    assert.deepEqual(told(down(1)), ["amber road-home-down"])
    assert.deepEqual(told(down(3)), ["red road-home-down"])
    assert.deepEqual(told(down(3, "ERR_SUBMISSION_REFUSED")), ["red road-home-refused"])
    assert.deepEqual(told(road({ replacedAt: ago(59) })), ["red road-home-replaced"])
    assert.deepEqual(told(road({ replacedAt: ago(61) })), [])
    assert.equal(lights(down(3))[0]?.call, "当直 03-0000-0000")
  })

  it("tell of a line that is down once, whatever does not come over it", () => {
    const away = silent(9, "ERR_SUBMISSION_UNREACHABLE")
    const road = { ...ROAD_HOME, connectedSince: null, downSince: ago(9) }
    assert.deepEqual(told({ partners: [{ ...PARTNER, ...away, roadHome: road }] }), [
      "red ERR_SUBMISSION_UNREACHABLE",
    ])
  })

  it("tell of what was given up, by number", () => {
    const [light] = lights({ partners: [{ ...PARTNER, failed: 1 }] })
    assert.equal(light?.code, "not-sent")
    assert.match(JSON.stringify(light), /"1 item could not be sent/)
  })

  it("tell of the archive and of the time-stamp authority", () => {
    assert.deepEqual(told({ archive: { ...ARCHIVE, ...silent(9, "ERR_ASSOCIATION_UNREACHABLE") } }), [
      "red ERR_ASSOCIATION_UNREACHABLE",
    ])
    assert.deepEqual(told({ archive: { ...ARCHIVE, reportsFailed: 1 } }), ["red not-delivered"])
    assert.deepEqual(
      told({ archive: { ...ARCHIVE, commitmentsWaiting: 1 } }, { commitmentsSince: ago(30) }),
      [],
    )
    assert.deepEqual(
      told({ archive: { ...ARCHIVE, commitmentsWaiting: 1 } }, { commitmentsSince: ago(90) }),
      ["amber commitments-waiting"],
    )
    const authorities = [
      { ...silent(9, "ERR_TIMESTAMP_INVALID"), name: "tsa.example" },
      { ...ANSWERS, name: "other.example" },
    ]
    assert.deepEqual(told({ timeStampAuthorities: authorities, archive: null }), ["amber time-stamp-other"])
    assert.deepEqual(told({ timeStamp: silent(1, "ERR_TIMESTAMP_UNAVAILABLE"), archive: null }), [
      "amber ERR_TIMESTAMP_UNAVAILABLE",
    ])
  })

  it("tell of an image that was not taken, until the next one is taken or an hour has passed", () => {
    const refused = (minutes: number, lastImageAt: string | null) =>
      told({
        devices: [{ ...DEVICE, lastImageAt, lastRefusal: { at: ago(minutes), status: 0xa700, comment: "" } }],
      })
    assert.deepEqual(refused(2, ago(5)), ["red images-refused"])
    assert.deepEqual(refused(2, null), ["red images-refused"])
    assert.deepEqual(refused(2, ago(1)), [])
    assert.deepEqual(refused(61, ago(90)), [])
  })

  it("tell of each device that was turned away, for a day", () => {
    const away = (why: string, minutes: number) => ({
      why,
      callingAE: "CT9",
      calledAE: "DOKUEI",
      remoteAddress: "192.0.2.9",
      count: 1,
      firstAt: ago(minutes),
      lastAt: ago(minutes),
      line: null,
    })
    const whys = ["unknown-ae", "wrong-address", "wrong-key", "plain-on-tls-port", "tls-on-plain-port"]
    assert.deepEqual(
      told({ turnedAway: whys.map((why) => away(why, 5)) }),
      whys.map((why) => `amber ${why}`),
    )
    assert.deepEqual(told({ turnedAway: [away("unknown-ae", 25 * 60)] }), [])
  })

  it("tell of certificates, lists, the audit and steps that fail", () => {
    const left = (daysLeft: number, partner: string | null = null) =>
      told({ certificates: [{ use: "tls", partner, notAfter: "", daysLeft }] }).join()
    assert.deepEqual(
      [90, 89.9, 30, 29.9, 7, 6.9, 0, -0.1].map((days) => left(days)),
      [
        "",
        "amber certificate-ask",
        "amber certificate-ask",
        "amber certificate-soon",
        "amber certificate-soon",
        "red certificate-soon",
        "red certificate-soon",
        "red certificate-expired",
      ],
    )
    assert.deepEqual(
      [60, 6, -1].map((days) => left(days, "北読影センター")),
      ["amber certificate-ask", "amber certificate-soon", "amber certificate-expired"],
    )
    assert.deepEqual(told({ lists: [{ issuer: "CN=CA", nextUpdate: ago(1), stale: true, ending: false }] }), [
      "amber list-stale",
    ])
    assert.deepEqual(
      told({ lists: [{ issuer: "CN=CA", nextUpdate: ago(-60), stale: false, ending: true }] }),
      ["amber list-ending"],
    )
    assert.deepEqual(told({ auditRows: 1_000 }, { unreadableLists: ["x.crl"] }), [
      "amber list-unreadable",
      "amber audit-waiting",
    ])
    assert.deepEqual(told({}, { failingSteps: { count: 1, codes: ["ERR_KEY_MISSING"] } }), [
      "amber step-failing",
    ])
  })

  it("stand with the red ones first", () => {
    const page = {
      disk: { ...PAGE.disk, state: "low" as const },
      partners: [{ ...PARTNER, failed: 2 }],
    }
    assert.deepEqual(told(page), ["red not-sent", "amber disk-low"])
  })
})

describe("what to do", () => {
  it("is known in both languages for every code a system we call may fail with", () => {
    const called = Object.entries(ERRORS)
      .filter(([, { who }]) => /^(Submission|TimeStamp|Association|Dimse)Error$/.test(who))
      .map(([code]) => code)
    assert.ok(called.length > 15)
    assert.deepEqual(
      called.filter((code) => !(code in ADVICE)),
      [],
    )
  })

  it("says what is, what is safe, and at least one step, everywhere", () => {
    for (const [code, { ja, en }] of Object.entries(ADVICE))
      for (const { title, note, steps } of [ja, en])
        assert.ok(title !== "" && note !== "" && steps.length > 0 && steps.length < 4, code)
  })

  it("has as many steps in Japanese as in English, and leaves no place unfilled", () => {
    for (const code of Object.keys(ADVICE) as LightCode[]) {
      const { ja, en } = adviceFor(code, { about: "CT1", n: 2 })
      assert.equal(ja.steps.length, en.steps.length, code)
      assert.doesNotMatch(JSON.stringify({ ja, en }), /\{(about|n)\b/, code)
    }
  })
})
