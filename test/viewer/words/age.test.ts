import assert from "node:assert/strict"
import { ageAt } from "../../../viewer/words/age.ts"

describe("ageAt", () => {
  const born = "1945-03-08"

  it("counts whole years at the date of the study, not of today", () => {
    assert.deepEqual(ageAt(born, "2026-11-25T13:11:00"), { unit: "years", count: 81 })
  })
  it("adds a year on the birthday and not on the day before", () => {
    assert.deepEqual(ageAt(born, "2027-03-07"), { unit: "years", count: 81 })
    assert.deepEqual(ageAt(born, "2027-03-08"), { unit: "years", count: 82 })
  })
  it("says months before the second birthday", () => {
    assert.deepEqual(ageAt("2025-01-31", "2025-12-30"), { unit: "months", count: 10 })
    assert.deepEqual(ageAt("2025-01-31", "2027-01-30"), { unit: "months", count: 23 })
    assert.deepEqual(ageAt("2025-01-31", "2027-01-31"), { unit: "years", count: 2 })
  })
  it("says days in the first month", () => {
    assert.deepEqual(ageAt("2026-11-25", "2026-11-25"), { unit: "days", count: 0 })
    assert.deepEqual(ageAt("2026-02-20", "2026-03-10"), { unit: "days", count: 18 })
  })
  it("says nothing when a date is unknown, or the study lies before the birth", () => {
    assert.equal(ageAt(null, "2026-11-25"), null)
    assert.equal(ageAt(born, null), null)
    assert.equal(ageAt("", "2026-11-25"), null)
    assert.equal(ageAt("2026-11-26", "2026-11-25"), null)
  })
})
