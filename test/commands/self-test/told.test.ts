import assert from "node:assert/strict"
import { askSelfTest } from "../../../gateway/commands/self-test/ask.ts"
import { endOf, type SelfTestPartner } from "../../../gateway/commands/self-test/told.ts"
import type { SelfTestDesk } from "../../../gateway/journey/ports/self-test.ts"
import type { SelfTestStage, SelfTestView } from "../../../gateway/journey/views/self-test.ts"

const PARTNER: SelfTestPartner = {
  id: "kakuu-center",
  name: "架空読影センター",
  firstResponder: "架空読影センター 当直 03-0000-0000",
  demarcation: [{ segment: "病院ゲートウェイから読影センターまで", responsible: "架空読影センター" }],
  timeZone: "Asia/Tokyo",
}
const AT = "2026-04-01T00:00:05.000Z"
const NAMES = ["sealed", "taken", "answered", "judged"] as const

/** As it stands when so many stages are reached. */
function view(reached: number, end: Partial<SelfTestStage> = {}): SelfTestView {
  const stages = NAMES.map((name, index): SelfTestStage => {
    if (index < reached) return { name, state: "done", at: AT, code: null }
    return {
      name,
      state: index === reached ? "now" : "todo",
      at: null,
      code: null,
      ...(index === reached ? end : {}),
    }
  })
  const isFailed = stages.some(({ state }) => state === "failed")
  const outcome = isFailed ? "failed" : reached === NAMES.length ? "passed" : "running"
  return {
    id: "i",
    agreement: PARTNER.id,
    beganAt: "2026-04-01T00:00:00.000Z",
    stages,
    outcome,
    signature: null,
  }
}

const desk = (...views: readonly SelfTestView[]): SelfTestDesk & { ended: number } => {
  let looks = 0
  const made = {
    ended: 0,
    begin: () => Promise.resolve({ id: "i" }),
    look: () => Promise.resolve(views[Math.min(looks++, views.length - 1)]!),
    end: () => {
      made.ended += 1
      return Promise.resolve({ objects: 9, at: AT })
    },
  }
  return made
}
async function asked(from: SelfTestDesk, limitMs = 60_000): Promise<string[]> {
  const lines: string[] = []
  let now = Date.parse("2026-04-01T00:00:00Z")
  const result = await askSelfTest({
    desk: from,
    partner: PARTNER,
    user: "operator",
    limitMs,
    now: () => new Date((now += 1000)),
    say: (line) => lines.push(line),
  })
  return [...lines, ...endOf(result, PARTNER)]
}

describe("a self-test told by its command", () => {
  it("says each stage once, with its time in the site's zone, and that the phantom is destroyed", async () => {
    const lines = await asked(desk(view(1), view(1), view(3), view(4)))
    assert.equal(lines.filter((line) => line.startsWith("  ok    09:00:05")).length, 5)
    assert.match(lines.at(-2) ?? "", /destroyed here: 9 objects/)
    assert.match(lines.at(-1) ?? "", /^passed in \d/)
  })

  it("says where the road broke, what to do, and whom to call", async () => {
    const broken = view(1, { state: "failed", code: "ERR_SUBMISSION_REFUSED XDSRepositoryError" })
    const text = (await asked(desk(broken))).join("\n")
    assert.match(text, /broke here +架空読影センター has taken it.*not reached/)
    assert.match(text, /ERR_SUBMISSION_REFUSED XDSRepositoryError: /)
    assert.match(text, /what to do: /)
    assert.match(text, /whom to call: 架空読影センター 当直 03-0000-0000/)
    assert.match(text, /病院ゲートウェイから読影センターまで: 架空読影センター\n/)
    assert.match(text, /架空読影センター has to put its half of the agreement in force/)
    assert.match(text, /not passed$/)
  })

  it("waits no longer than its time, says what it waits for, and destroys the phantom all the same", async () => {
    const waiting = desk(view(1, { code: "ERR_SUBMISSION_UNREACHABLE" }))
    const text = (await asked(waiting, 2_500)).join("\n")
    assert.equal(text.match(/waits {11}.*not yet, ERR_SUBMISSION_UNREACHABLE/g)?.length, 1)
    assert.match(text, /waits here .*not reached\n +ERR_SUBMISSION_UNREACHABLE: /)
    assert.match(text, /not passed$/)
    assert.equal(waiting.ended, 1)
  })
})
