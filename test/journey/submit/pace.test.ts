import assert from "node:assert/strict"
import { linePace } from "../../../gateway/journey/submit/pace.ts"

const MBIT = 125_000
const LINE = "kakuu-center"

describe("the pace of a line", () => {
  const measured = (mbitPerSecond: number): ReturnType<typeof linePace> => {
    const pace = linePace()
    const bytes = 10 * MBIT
    pace.through(LINE, { bytes, milliseconds: (bytes / (mbitPerSecond * MBIT)) * 1000 })
    return pace
  }

  it("is five seconds of what was measured, and cautious before", () => {
    assert.equal(linePace().unitBytes(LINE), 40 * MBIT)
    assert.equal(linePace(() => 8 * MBIT).unitBytes(LINE), 8 * MBIT)
    assert.equal(measured(100).unitBytes(LINE), 5 * 100 * MBIT)
    assert.equal(measured(100).unitBytes("another"), 40 * MBIT)
  })

  it("is halved by a cut down to one second, and grows again with what gets through", () => {
    const pace = measured(10)
    const seconds = (): number => pace.unitBytes(LINE) / (10 * MBIT)
    const seen = [1, 2, 3, 4].map(() => {
      pace.cut(LINE, { bytes: 100, milliseconds: 10 })
      return seconds()
    })
    assert.deepEqual(seen, [2.5, 1.25, 1, 1])
    for (let each = 0; each < 200; each++) pace.through(LINE, { bytes: 10 * MBIT, milliseconds: 1000 })
    assert.equal(Math.round(seconds() * 1000), 5000)
  })

  it("is at most what the line had carried until it broke", () => {
    const pace = measured(100)
    pace.cut(LINE, { bytes: 8 * MBIT, milliseconds: 4000 })
    assert.equal(pace.unitBytes(LINE), 2.5 * 2 * MBIT)
  })

  it("is not told by what is too small to fill a line, and has bounds", () => {
    const pace = measured(10)
    pace.through(LINE, { bytes: 10_000, milliseconds: 1000 })
    assert.equal(pace.unitBytes(LINE), 5 * 10 * MBIT)
    assert.equal(measured(0.01).unitBytes(LINE), 256 * 1024)
    assert.equal(measured(100_000).unitBytes(LINE), 512 * 1024 * 1024)
  })
})
