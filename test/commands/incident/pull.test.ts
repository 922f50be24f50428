import assert from "node:assert/strict"
import { leversCheck, type Check } from "../../../gateway/actors/machine-room/health.ts"
import { takenUp } from "../../../gateway/commands/incident/pull.ts"
import type { Levers } from "../../../gateway/journey/ports/levers.ts"

const SINCE = "2026-04-01T00:00:00.000Z"
const FROZEN: Levers = { isolated: null, frozen: { by: "想定 管理", reason: "調査", since: SINCE } }
const told = (frozenSince: string | null, passFrom: string | null = null): Check =>
  leversCheck({ isolatedSince: null, frozenSince }, 3, passFrom)

describe("a lever that is to be taken up", () => {
  /** A minute goes by in as many steps as it is asked again. */
  const machine = () => {
    let nowMs = Date.parse(SINCE)
    return {
      clock: { now: () => new Date(nowMs) },
      pause: (ms: number): Promise<void> => {
        nowMs += ms
        return Promise.resolve()
      },
      passedMs: () => nowMs - Date.parse(SINCE),
    }
  }

  for (const [what, answer] of [
    ["answers no more", null],
    ["goes on as before", told(null)],
    ["tells of an earlier freeze", told("2026-03-01T00:00:00.000Z")],
  ] as const)
    it(`is late when the gateway ${what} for a minute`, async () => {
      const time = machine()
      await assert.rejects(
        takenUp(FROZEN, () => Promise.resolve(answer), time),
        { code: "ERR_LEVER_LATE" },
      )
      assert.equal(time.passedMs(), 60_000)
    })

  it("is not so yet where the gateway tells of the other lever alone", async () => {
    const isolated = { by: "想定 管理", reason: "調査", since: SINCE }
    const answers = [
      leversCheck({ isolatedSince: SINCE, frozenSince: null }, 0),
      leversCheck({ isolatedSince: SINCE, frozenSince: SINCE }, 0),
    ]
    await takenUp({ ...FROZEN, isolated }, () => Promise.resolve(answers.shift() ?? null), machine())
    assert.deepEqual(answers, [])
  })

  it("is so as soon as the gateway says it of itself, whatever it tells besides", async () => {
    const answers = [told(null), null, told(SINCE, "2026-05-06")]
    const time = machine()
    await takenUp(FROZEN, () => Promise.resolve(answers.shift() ?? null), time)
    assert.deepEqual(answers, [])
    assert.match(
      told(SINCE, "2026-05-06").sentence,
      /; 3 term\(s\) ended and wait; the epoch does not turn: from 2026-05-06 on, days that deletion certificates have named pass$/,
    )
  })
})
