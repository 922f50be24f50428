import assert from "node:assert/strict"
import { byteWords, elapsed } from "../../../viewer/words/elapsed.ts"

describe("how long ago", () => {
  const now = new Date("2026-11-25T05:08:31Z")
  const ago = (seconds: number) => elapsed(new Date(now.getTime() - seconds * 1000).toISOString(), now)

  it("is told in the units a person thinks in", () => {
    assert.deepEqual(ago(4), { unit: "now" })
    assert.deepEqual(ago(47), { unit: "seconds", n: 47 })
    assert.deepEqual(ago(3 * 60), { unit: "minutes", n: 3 })
    assert.deepEqual(ago(3 * 3600 + 12 * 60), { unit: "hours", n: 3, m: 12 })
    assert.deepEqual(ago(50 * 3600), { unit: "days", n: 2 })
  })

  it("is now for a moment to come", () => {
    assert.deepEqual(ago(-60), { unit: "now" })
  })
})

describe("bytes", () => {
  it("are told in decimal units, with one decimal below ten", () => {
    assert.deepEqual([0, 999, 1_400_000_000, 33e9, 2.9e12].map(byteWords), [
      "0 B",
      "999 B",
      "1.4 GB",
      "33 GB",
      "2.9 TB",
    ])
  })
})
