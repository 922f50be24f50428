import assert from "node:assert/strict"
import { linePace, type Carried, type Pace } from "../../../gateway/journey/submit/pace.ts"

const MBIT = 125_000
const LINE = "kakuu-center"

/** A line of so many Mbit/s that carries one thing after the other. */
class Road {
  nowMs = 1_000_000
  readonly pace: Pace
  readonly #bytesPerSecond: number

  constructor(mbitPerSecond: number, pace = linePace()) {
    this.#bytesPerSecond = mbitPerSecond * MBIT
    this.pace = pace
    this.answersWithin(0)
  }

  /** Something small was sent. */
  answersWithin(ms: number): void {
    this.pace.through(LINE, { bytes: 9_000, fromMs: this.nowMs, untilMs: this.nowMs + ms })
  }

  #carried(seconds: number): Carried {
    const fromMs = this.nowMs
    this.nowMs += seconds * 1000
    return { bytes: seconds * this.#bytesPerSecond, fromMs, untilMs: this.nowMs }
  }

  /** Units of a second each. */
  holds(seconds: number): void {
    for (let each = 0; each < seconds; each++) this.pace.through(LINE, this.#carried(1))
  }
  /** After so much of one more. */
  breaks(afterSeconds: number): void {
    this.pace.cut(LINE, this.#carried(afterSeconds))
  }

  /** What may be on the line, in seconds of it. */
  get atStakeS(): number {
    return Math.round((this.pace.wholeBytes(LINE) / this.#bytesPerSecond) * 100) / 100
  }
}

describe("the pace of a line", () => {
  it("is cautious before anything was measured, and as slow as the agreement says", () => {
    assert.equal(linePace().wholeBytes(LINE), 40 * MBIT)
    assert.equal(linePace(() => 8 * MBIT).wholeBytes(LINE), 8 * MBIT)
  })

  it("is what the line carries in a tenth of the time for which it has held, from one second to five", () => {
    const road = new Road(100)
    const seen = [5, 15, 20, 60].map((seconds) => {
      road.holds(seconds)
      return road.atStakeS
    })
    assert.deepEqual(seen, [1, 2, 4, 5])
    assert.equal(road.pace.wholeBytes("another"), 40 * MBIT)
  })

  it("is a second of a line that breaks every ten, from the second cut on", () => {
    const road = new Road(10)
    road.holds(100)
    const seen = [1, 2, 3, 4].map(() => {
      road.holds(9)
      road.breaks(1)
      return road.atStakeS
    })
    assert.deepEqual(seen, [2.5, 1, 1, 1])
    road.holds(30)
    assert.equal(road.atStakeS, 3)
  })

  it("is half of what the line held before the cut, where it holds for long again and again", () => {
    const road = new Road(10)
    for (let each = 0; each < 4; each++) {
      road.holds(40)
      road.breaks(0.5)
    }
    assert.ok(road.atStakeS > 1.9 && road.atStakeS < 2.4, String(road.atStakeS))
  })

  it("takes two that were on the line for one cut, though one noticed later", () => {
    const { pace } = new Road(10)
    const second = 10 * MBIT
    for (let at = 0; at < 60; at++)
      pace.through(LINE, { bytes: second, fromMs: at * 1000, untilMs: (at + 1) * 1000 })
    pace.cut(LINE, { bytes: second, fromMs: 60_000, untilMs: 61_000 })
    pace.cut(LINE, { bytes: second, fromMs: 60_900, untilMs: 61_100 })
    assert.equal(Math.round(pace.wholeBytes(LINE) / second / 0.1) * 0.1, 2.5)
  })

  it("is that of the whole line, whatever is on it beside each other", () => {
    const { pace } = new Road(10)
    for (let at = 0; at < 20; at++)
      for (const offset of [0, 500])
        pace.through(LINE, {
          bytes: 5 * MBIT,
          fromMs: at * 1000 + offset,
          untilMs: at * 1000 + offset + 1000,
        })
    const mbitPerSecond = pace.wholeBytes(LINE) / MBIT / 2.05
    assert.ok(mbitPerSecond > 9 && mbitPerSecond < 11, String(mbitPerSecond))
    assert.equal(pace.unitBytes(LINE, 2), Math.floor(pace.wholeBytes(LINE) / 2))
  })

  it("is at most what the line had carried until it broke, and as much beside it", () => {
    const road = new Road(100)
    road.holds(100)
    road.pace.cut(LINE, { bytes: 8 * MBIT, fromMs: road.nowMs, untilMs: road.nowMs + 4000 })
    assert.equal(road.pace.wholeBytes(LINE), 2.5 * 4 * MBIT)
  })

  it("is of its bytes' time, where every answer takes longer than the bytes", () => {
    const pace = linePace(() => 10 * MBIT)
    for (let each = 0; each < 30; each++) pace.through(LINE, { bytes: 9_000, fromMs: 0, untilMs: 2000 })
    for (let atMs = 0; atMs < 60_000; atMs += 3000)
      pace.through(LINE, { bytes: 10 * MBIT, fromMs: atMs, untilMs: atMs + 3000 })
    const mbitPerSecond = pace.known(LINE)!.bytesPerSecond / MBIT
    assert.ok(mbitPerSecond > 9 && mbitPerSecond < 11, String(mbitPerSecond))
  })

  it("is not told by what is too small to fill a line, and has bounds", () => {
    const { pace } = new Road(10)
    pace.through(LINE, { bytes: 10_000, fromMs: 0, untilMs: 1000 })
    assert.equal(pace.known(LINE), null)
    const slow = new Road(
      0.01,
      linePace(() => 0.01 * MBIT),
    )
    assert.equal(slow.pace.unitBytes(LINE, 2), 256 * 1024)
    const fast = new Road(100_000)
    fast.holds(100)
    assert.equal(fast.pace.unitBytes(LINE, 2), 512 * 1024 * 1024)
  })

  it("lets one alone on a line that is too slow for two", () => {
    const places = [1, 2, 5, 10, 50].map((mbit) => linePace(() => mbit * MBIT).inFlight(LINE, 2))
    assert.deepEqual(places, [1, 1, 1, 2, 2])
    assert.equal(linePace(() => 100 * MBIT).inFlight(LINE, 8), 8)
    assert.equal(linePace(() => 100 * MBIT).inFlight(LINE, 1), 1)
  })

  it("is remembered: a line that breaks, or is slow, is known after a start", () => {
    const road = new Road(10)
    road.holds(30)
    road.breaks(0)
    const again = new Road(
      10,
      linePace(() => null, [road.pace.known(LINE)!]),
    )
    assert.equal(again.atStakeS, road.atStakeS)
    road.holds(9)
    road.breaks(1)
    assert.equal(
      new Road(
        10,
        linePace(() => null, [road.pace.known(LINE)!]),
      ).atStakeS,
      1,
    )
  })
})
