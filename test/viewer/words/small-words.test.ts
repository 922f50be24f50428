import assert from "node:assert/strict"
import { backOffMs } from "../../../viewer/back-off.ts"
import { ServerClock } from "../../../viewer/server-clock.ts"
import { idleState } from "../../../viewer/words/idle.ts"
import {
  addDays,
  calendarDay,
  clockSeconds,
  daySeconds,
  deviceTime,
  shortDate,
  shortDeviceTime,
  shortTime,
} from "../../../viewer/words/instant.ts"
import { listedName, nameLines } from "../../../viewer/words/patient-name.ts"
import { missingFields, proposedNumber } from "../../../viewer/words/request-check.ts"
import { PEOPLE, REQUEST } from "../fixtures/desk.ts"

describe("instants in words", () => {
  const now = new Date("2026-11-25T05:08:31Z")

  it("are of Asia/Tokyo", () => {
    assert.equal(clockSeconds(now), "14:08:31")
    assert.equal(daySeconds(new Date("2026-11-25T15:00:00Z")), "2026-11-26 00:00:00")
  })
  it("name the day only when it is another day", () => {
    assert.equal(shortTime(new Date("2026-11-25T04:17:00Z"), now), "13:17")
    assert.equal(shortTime(new Date("2026-11-24T14:59:00Z"), now), "11-24 23:59")
  })
  it("write a calendar day in both languages", () => {
    assert.equal(calendarDay("2026-11-25", "ja"), "11月25日(水)")
    assert.equal(calendarDay("2026-11-25", "en"), "Wed 25 Nov")
    assert.equal(addDays("2026-11-30", 1), "2026-12-01")
  })
  it("leave the device's own time untouched", () => {
    assert.equal(deviceTime("2026-11-25T13:11:00"), "2026-11-25 13:11")
  })
  it("name the year of a study that is not of this one", () => {
    assert.equal(shortDeviceTime("2026-11-25T13:11:00", now), "13:11")
    assert.equal(shortDeviceTime("2026-03-16T14:30:00", now), "03-16 14:30")
    assert.equal(shortDeviceTime("2001-11-25T14:30:00", now), "2001-11-25")
    assert.equal(shortDate("2026-03-16T14:30:00", now), "03/16")
    assert.equal(shortDate("2001-03-16T14:30:00", now), "2001/03/16")
  })
})

describe("the gateway's clock", () => {
  it("goes on by the monotonic counter and not by the tablet's clock", () => {
    let elapsedMs = 1_000
    const clock = new ServerClock(() => elapsedMs, 0)
    clock.heard("2026-11-25T05:08:31.000Z")
    elapsedMs += 90_000
    assert.equal(clock.now().toISOString(), "2026-11-25T05:10:01.000Z")
  })
  it("ignores a time that is none", () => {
    const clock = new ServerClock(() => 0, 42)
    clock.heard("soon")
    assert.equal(clock.now().getTime(), 42)
  })
})

describe("patient names", () => {
  it("show kanji and kana to Japanese readers, kanji and letters to others", () => {
    assert.deepEqual(nameLines(PEOPLE.taro, "ja"), { name: "見本 太郎", reading: "ミホン タロウ" })
    assert.deepEqual(nameLines(PEOPLE.taro, "en"), { name: "見本 太郎", reading: "Mihon, Taro" })
  })
  it("fall back to whatever group there is, without saying it twice", () => {
    const letters = { ideographic: "", phonetic: "", alphabetic: "Mushi^Hyo" }
    assert.deepEqual(nameLines(letters, "ja"), { name: "Mushi, Hyo", reading: "" })
    assert.deepEqual(nameLines({ ...letters, alphabetic: "" }, "en"), { name: "", reading: "" })
  })
  it("list the family name first", () => {
    assert.equal(listedName("Yamada^Tarou^^Dr"), "Yamada, Tarou Dr")
    assert.equal(listedName("Anonymous"), "Anonymous")
  })
})

describe("the request form's check", () => {
  const full = {
    requestNumber: "RQ-1",
    PatientID: "1",
    patientName: "見本 太郎",
    urgency: "STAT",
    agreement: "kakuu",
    StudyInstanceUID: "",
    AccessionNumber: "",
    request: REQUEST,
    releaseWhenComplete: true,
  } as const

  it("finds nothing missing in a full form", () => {
    assert.deepEqual(missingFields(full), [])
  })
  it("names what is empty or only spaces, in the order of the form", () => {
    const request = { ...REQUEST, telephone: "　", purpose: "" }
    assert.deepEqual(missingFields({ ...full, PatientID: " ", request }), [
      "PatientID",
      "purpose",
      "telephone",
    ])
  })
  it("proposes a number from the moment", () => {
    assert.equal(proposedNumber("2026-11-25 14:08:31"), "RQ-20261125-140831")
  })
})

describe("back-off", () => {
  it("doubles to half a minute and never waits less than half of it", () => {
    assert.deepEqual(
      [1, 2, 3, 9].map((attempt) => backOffMs(attempt, 0)),
      [1000, 2000, 4000, 30000],
    )
    assert.equal(backOffMs(9, 0.999), 15015)
  })
})

describe("idle time", () => {
  it("warns for the last minute and then ends", () => {
    assert.deepEqual(idleState(0, 539_999, 600_000), { kind: "active" })
    assert.deepEqual(idleState(0, 540_000, 600_000), { kind: "warning", seconds: 60 })
    assert.deepEqual(idleState(0, 600_000, 600_000), { kind: "over" })
  })
})
