import assert from "node:assert/strict"
import type { Urgency } from "../../../gateway/journey/views/study.ts"
import { due } from "../../../viewer/words/due.ts"

const jst = (text: string): string => new Date(`${text}:00+09:00`).toISOString()
const at = (dueAt: string, requestedAt: string, now: string, urgency: Urgency = "ROUTINE") =>
  due({ dueAt: jst(dueAt), requestedAt: jst(requestedAt), urgency }, new Date(`${now}+09:00`))

describe("due", () => {
  it("counts as the wall clock does: nine minutes left at 14:08:31 for 14:17", () => {
    const { words, tone, time, today } = at(
      "2026-11-25T14:17",
      "2026-11-25T13:17",
      "2026-11-25T14:08:31",
      "STAT",
    )
    assert.deepEqual(words, { kind: "left", hours: 0, minutes: 9 })
    assert.deepEqual({ tone, time, today }, { tone: "red", time: "14:17", today: true })
  })
  it("counts up after the deadline: twelve minutes over at 14:08:31 for 13:56", () => {
    const { words, tone, share } = at("2026-11-25T13:56", "2026-11-25T09:56", "2026-11-25T14:08:31", "HIGH")
    assert.deepEqual(words, { kind: "over", hours: 0, minutes: 12 })
    assert.deepEqual({ tone, share }, { tone: "over", share: 0 })
  })
  it("turns amber below half of the time and red below a fifth", () => {
    const tone = (now: string) => at("2026-11-25T15:00", "2026-11-25T14:00", `2026-11-25T${now}`, "STAT").tone
    assert.equal(tone("14:30:00"), "plain")
    assert.equal(tone("14:30:01"), "amber")
    assert.equal(tone("14:48:00"), "amber")
    assert.equal(tone("14:48:01"), "red")
    assert.equal(tone("15:00:00"), "red")
    assert.equal(tone("15:00:01"), "over")
  })
  it("calls tomorrow so, on a Friday as well: the agreement counts minutes, not clinic days", () => {
    const { words, time, today } = at("2026-11-26T12:00", "2026-11-25T11:00", "2026-11-25T14:08:31")
    assert.deepEqual(words, { kind: "tomorrow", date: "2026-11-26" })
    assert.deepEqual({ time, today }, { time: "12:00", today: false })
    assert.equal(at("2026-11-28T12:00", "2026-11-27T11:00", "2026-11-27T14:00:00").words.kind, "tomorrow")
    assert.equal(at("2026-11-30T12:00", "2026-11-27T11:00", "2026-11-27T14:00:00").words.kind, "date")
  })
  it("names the date of any later day", () => {
    assert.deepEqual(at("2026-11-27T12:00", "2026-11-25T11:00", "2026-11-25T14:00:00").words, {
      kind: "date",
      date: "2026-11-27",
    })
  })
  it("counts a night's deadline in hours, whatever the calendar says", () => {
    const stat = at("2026-11-26T00:30", "2026-11-25T23:30", "2026-11-25T23:50:00", "STAT")
    assert.deepEqual(stat.words, { kind: "left", hours: 0, minutes: 40 })
    const routine = at("2026-11-26T09:00", "2026-11-25T18:00", "2026-11-25T23:00:00")
    assert.deepEqual(routine.words, { kind: "left", hours: 10, minutes: 0 })
  })
  it("shows no time left when the deadline was made before the request", () => {
    assert.equal(at("2026-11-25T14:00", "2026-11-25T14:00", "2026-11-25T13:00:00").share, 0)
  })
})
