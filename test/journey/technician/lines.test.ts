/** What the reading centre is told of its lines, and what it must do something about. */
import assert from "node:assert/strict"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import { Contacts } from "../../../gateway/journey/technician/contacts.ts"
import { hospitalLights, linesDesk } from "../../../gateway/journey/technician/lines.ts"
import type { PartnerView } from "../../../gateway/journey/views/technician.ts"
import { CLERK, enter, READER, report, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

const NOW = new Date("2026-04-01T03:00:00.000Z")
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString()
const ROAD = {
  connectedSince: ago(500),
  lastHeardAt: ago(0),
  downSince: null,
  failureCode: null,
  replacedAt: null,
  opened: 1,
}
const away = (minutes: number) => ({ ...ROAD, connectedSince: null, downSince: ago(minutes) })
const PARTNER: PartnerView = {
  lastSuccessAt: ago(1),
  lastFailureAt: null,
  failingSince: null,
  failureCode: null,
  agreement: "mihon",
  name: "見本病院",
  waiting: 0,
  stat: 0,
  oldestAt: null,
  sending: 0,
  failed: 0,
  bytes: 0,
  maxMbitPerSecond: null,
  opensAt: null,
  roadHome: ROAD,
}
const failing = (failureCode: string) => ({ failingSince: ago(9), lastFailureAt: ago(1), failureCode })

describe("lights of the lines to hospitals", () => {
  const lights = (...partners: Partial<PartnerView>[]): string[] =>
    hospitalLights(
      partners.map((each) => ({ ...PARTNER, ...each })),
      new Map([["mihon", "放射線科 03-0000-0000"]]),
      NOW,
    ).map(({ code, tone }) => `${tone} ${code}`)

  it("are none while every hospital is connected", () => assert.deepEqual(lights({}), []))

  it("are red where something waits for a connection that is gone, and amber where nothing does", () => {
    const roadHome = away(3)
    assert.deepEqual(lights({ roadHome, waiting: 2 }), ["red hospital-away"])
    assert.deepEqual(lights({ roadHome, sending: 1 }), ["red hospital-away"])
    assert.deepEqual(lights({ roadHome }), ["amber hospital-away"])
    assert.deepEqual(lights({ roadHome: away(1), waiting: 2 }), ["amber hospital-away"])
  })

  it("tell a hospital that we call from one that calls us", () => {
    const waits = { ...failing("ERR_SUBMISSION_UNREACHABLE"), waiting: 1 }
    assert.deepEqual(lights({ ...waits, roadHome: null }), ["red hospital-unreachable"])
    assert.deepEqual(lights(waits), [], "its connection is back: the next sending says so")
    assert.deepEqual(lights({ ...failing("ERR_SUBMISSION_BUSY"), waiting: 1 }), ["red hospital-failing"])
  })

  it("tell what was given up, the worst first, with whom to call and how much waits", () => {
    const roadHome = away(3)
    assert.deepEqual(lights({ roadHome }, { failed: 2 }), ["red hospital-not-sent", "amber hospital-away"])
    const [first] = hospitalLights([{ ...PARTNER, roadHome, waiting: 3 }], new Map([["mihon", "03"]]), NOW)
    assert.equal(first?.call, "03")
    assert.match(first.ja.note, /3件/)
    assert.match(first.en.note, /^3 items wait here and go by themselves/)
  })
})

describe("the page of lines", () => {
  it("counts what waits for each hospital beside the state of its connection", async () => {
    const sides = await TwoSides.open()
    try {
      const { edge, center } = sides
      const requestId = await enter(edge, requestFor("P1", "R-1"))
      await storeAll(edge, study("P1", 1))
      await sides.settle()
      const contacts = new Contacts(center.world.clock, () => undefined)
      const [{ id, partner }] = center.world.agreements as [(typeof center.world.agreements)[number]]
      const desk = linesDesk(center.world, {
        since: ago(1),
        contacts,
        roadHome: (agreement) => (agreement === id ? away(5) : null),
      })
      await assert.rejects(desk.view(CLERK), { code: "ERR_NOT_ALLOWED" })
      assert.equal((await desk.view(READER)).partners[0]?.waiting, 0)
      sides.line.fault = () => "unreachable"
      await report(center, requestId)
      await sides.settle()
      const gone = new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "no connection")
      await assert.rejects(contacts.watch(id, () => Promise.reject(gone)))
      const { partners, lights } = await desk.view(READER)
      assert.deepEqual([partners[0]?.name, partners[0]?.waiting], [partner.name, 1])
      assert.deepEqual(
        lights.map(({ code, tone }) => [code, tone]),
        [["hospital-away", "red"]],
      )
    } finally {
      sides.close()
    }
  })
})
