import assert from "node:assert/strict"
import type { Hours } from "../../../gateway/journey/agreement.ts"
import { opensAt } from "../../../gateway/journey/submit/calendar.ts"
import type { Urgency } from "../../../gateway/journey/views/study.ts"

const TOKYO = "Asia/Tokyo"
const WEEK: Hours["days"] = ["mon", "tue", "wed", "thu", "fri"]
const NIGHT: Hours = { days: WEEK, from: "19:00", until: "07:00" }
const NOON: Hours = { days: ["sat"], from: "12:00", until: "13:00" }

/** Of the local times in August 2026, whose 3rd is a Monday. */
function opens(
  hours: readonly Hours[],
  local: string,
  urgency: Urgency = "ROUTINE",
  statWaits = false,
): string {
  const at = opensAt({ hours, statWaits }, urgency, TOKYO, new Date(`2026-08-${local}:00+09:00`))
  return at === null ? "now" : at.toLocaleString("sv-SE", { timeZone: TOKYO }).slice("2026-08-".length, -3)
}

describe("the hours at which images leave", () => {
  it("are all of them when none are agreed", () => {
    assert.equal(opens([], "03T10:00"), "now")
  })

  it("may last over midnight, into a day on which none begin", () => {
    assert.equal(opens([NIGHT], "03T10:00"), "03 19:00")
    assert.equal(opens([NIGHT], "03T18:59"), "03 19:00")
    assert.equal(opens([NIGHT], "03T19:00"), "now")
    assert.equal(opens([NIGHT], "04T06:59"), "now")
    assert.equal(opens([NIGHT], "04T07:00"), "04 19:00")
    assert.equal(opens([NIGHT], "08T06:00"), "now", "Saturday, in Friday's night")
    assert.equal(opens([NIGHT], "08T07:00"), "10 19:00", "then not before Monday")
  })

  it("open at the next of several", () => {
    assert.equal(opens([NIGHT, NOON], "08T08:00"), "08 12:00")
    assert.equal(opens([NOON], "08T13:00"), "15 12:00")
  })

  it("are not for what is STAT, unless agreed", () => {
    assert.equal(opens([NIGHT], "03T10:00", "STAT"), "now")
    assert.equal(opens([NIGHT], "03T10:00", "HIGH"), "03 19:00")
    assert.equal(opens([NIGHT], "03T10:00", "STAT", true), "03 19:00")
  })
})
