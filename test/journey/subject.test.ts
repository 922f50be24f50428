import assert from "node:assert/strict"
import { dayIn, instantIn, startOfDay } from "../../gateway/journey/local-day.ts"
import { targetOf, withStudy } from "../../gateway/journey/subject.ts"
import { request, study } from "../storage/ledger/records.ts"

describe("a local time in its zone", () => {
  const at = (local: string, zone: string): string => instantIn(local, zone).toISOString()

  it("is the instant at which clocks there show it", () => {
    assert.equal(at("2026-08-01T10:11:12", "Asia/Tokyo"), "2026-08-01T01:11:12.000Z")
    assert.equal(at("2026-08-01T00:30:00", "Asia/Tokyo"), "2026-07-31T15:30:00.000Z")
    assert.equal(at("2026-08-01T10:00:00", "UTC"), "2026-08-01T10:00:00.000Z")
    assert.equal(at("2026-08-01T10:00:00", "Asia/Kathmandu"), "2026-08-01T04:15:00.000Z")
    assert.equal(at("1945-03-08T10:00:00", "Asia/Tokyo"), "1945-03-08T01:00:00.000Z")
  })

  it("is right on both sides of a change of the clocks", () => {
    // 2026-03-08 at 02:00 New York goes to 03:00.
    assert.equal(at("2026-03-08T01:30:00", "America/New_York"), "2026-03-08T06:30:00.000Z")
    assert.equal(at("2026-03-08T03:30:00", "America/New_York"), "2026-03-08T07:30:00.000Z")
    // 2026-10-25 at 03:00 Berlin goes back to 02:00.
    assert.equal(at("2026-10-25T01:30:00", "Europe/Berlin"), "2026-10-24T23:30:00.000Z")
    assert.equal(at("2026-10-25T04:00:00", "Europe/Berlin"), "2026-10-25T03:00:00.000Z")
  })

  it("has a day of its own, which begins there and not in UTC", () => {
    assert.equal(dayIn(new Date("2026-07-31T15:00:00Z"), "Asia/Tokyo"), "2026-08-01")
    assert.equal(dayIn(new Date("2026-07-31T14:59:59Z"), "Asia/Tokyo"), "2026-07-31")
    assert.equal(startOfDay("2026-08-01", "Asia/Tokyo").toISOString(), "2026-07-31T15:00:00.000Z")
  })
})

describe("a request and its studies", () => {
  it("has one target, and keeps what else it is to be compared with", () => {
    const first = withStudy(request(), study({ id: "a" }), "target")
    const compared = withStudy(first, study({ id: "b" }), "prior")
    const other = withStudy(compared, study({ id: "c" }), "target")
    assert.equal(targetOf(request({ studies: [] })), null)
    assert.equal(targetOf(compared), "a")
    assert.deepEqual(other.studies, [
      { studyId: "c", role: "target" },
      { studyId: "b", role: "prior" },
    ])
    assert.deepEqual(withStudy(other, study({ id: "b" }), "target").studies, [
      { studyId: "b", role: "target" },
    ])
  })

  it("keeps what the target's images tell of patient and study, and a name that only was entered", () => {
    const asked = request()
    const { private: told } = study()
    const entered = {
      ...asked,
      private: { ...asked.private, patient: { ...told.patient, ideographic: "山田 太郎" } },
    }
    const images = study({ private: { ...told, patient: { ...told.patient, ideographic: "", sex: "F" } } })
    const bound = withStudy(entered, images, "target").private
    assert.equal(bound.StudyInstanceUID, told.StudyInstanceUID)
    assert.deepEqual([bound.patient.ideographic, bound.patient.sex], ["山田 太郎", "F"])
    const gone = study({ private: { ...told, StudyInstanceUID: "" } })
    assert.deepEqual(withStudy(asked, gone, "target").private, asked.private)
    assert.deepEqual(withStudy(asked, images, "reference").private, asked.private)
  })
})
