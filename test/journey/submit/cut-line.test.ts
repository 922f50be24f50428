import assert from "node:assert/strict"
import type { Chance } from "../../../gateway/journey/ports/time.ts"
import { linePace } from "../../../gateway/journey/submit/pace.ts"
import { countedChance } from "../../peers/chance.ts"

const LINE = "kakuu-center"
const BYTES_PER_MBIT = 125_000
const STEP_S = 0.01

interface Terms {
  readonly mbitPerSecond: number
  readonly cutEveryS: number
  readonly imageBytes: number
  /** From the last byte to the answer, on average. */
  readonly answerS: number
  readonly inFlight: number
}

interface Sent {
  readonly usefulBytes: number
  readonly againBytes: number
  readonly cuts: number
}

interface OnTheLine {
  readonly bytes: number
  sent: number
  /** Known when its last byte was sent. */
  answeredAt: number | null
  /** When this try began, or begins after a cut: the same bytes. */
  restsUntil: number
}

/** At random, or each cut would hit the same place. */
const upTo = (most: number, chance: Chance): number => ((chance.bytes(1)[0] ?? 0) / 255) * most
const RETRY_S = 0.5

/** Who sends now: whoever has begun goes on, the others begin while there is a place. */
function onTheLine(units: readonly OnTheLine[], places: number, now: number): OnTheLine[] {
  const begun = units.filter(({ sent }) => sent > 0)
  const next = units.filter(({ sent, restsUntil }) => sent === 0 && restsUntil <= now)
  const beginning = next.slice(0, Math.max(0, places - begun.length))
  for (const each of beginning) each.restsUntil = now
  return [...begun, ...beginning].filter(({ answeredAt }) => answeredAt === null)
}

/** So long a line that breaks, from a start on at which nothing is known of it: units as `linePace` cuts them, side by side, each as large as when it was made. */
function sentWithin(
  seconds: number,
  { mbitPerSecond, cutEveryS, imageBytes, answerS, inFlight }: Terms,
): Sent {
  // Of a slow line the agreement says how slow it is.
  const pace = linePace(() => (mbitPerSecond < 5 ? mbitPerSecond * BYTES_PER_MBIT : null))
  const chance = countedChance("cuts")
  const places = (): number => pace.inFlight(LINE, inFlight)
  const unit = (now: number): OnTheLine => ({
    bytes: Math.max(1, Math.floor(pace.unitBytes(LINE, places()) / imageBytes)) * imageBytes,
    sent: 0,
    answeredAt: null,
    restsUntil: now,
  })
  const line = Array.from({ length: inFlight }, () => unit(0))
  const total = { usefulBytes: 0, againBytes: 0, cuts: 0 }
  for (let step = 1; step * STEP_S < seconds; step++) {
    const now = step * STEP_S
    // Receipts and notices, now and then.
    if (step % 3000 === 1) pace.through(LINE, { bytes: 9_000, fromMs: 0, untilMs: answerS * 1000 })
    const moving = onTheLine(line, places(), now)
    for (const each of moving) {
      each.sent += (mbitPerSecond * BYTES_PER_MBIT * STEP_S) / moving.length
      if (each.sent >= each.bytes) each.answeredAt = now + answerS * upTo(2, chance)
    }
    if (Math.floor(now / cutEveryS) > Math.floor((now - STEP_S) / cutEveryS)) {
      total.cuts += 1
      for (const each of line.filter(({ sent }) => sent > 0)) {
        const bytes = Math.min(each.sent, each.bytes)
        total.againBytes += bytes
        pace.cut(LINE, { bytes, fromMs: each.restsUntil * 1000, untilMs: now * 1000 })
        Object.assign(each, { sent: 0, answeredAt: null, restsUntil: now + RETRY_S })
      }
    }
    for (const [index, each] of line.entries()) {
      if (each.answeredAt === null || now < each.answeredAt) continue
      total.usefulBytes += each.bytes
      pace.through(LINE, { bytes: each.bytes, fromMs: each.restsUntil * 1000, untilMs: now * 1000 })
      line[index] = unit(now)
    }
  }
  return total
}

const CT_SLICE = 180_000
const HOUR_S = 3600
const RATES = [2, 10, 50, 100]

function shares(seconds: number, terms: Terms): { readonly again: number; readonly filled: number } {
  const { usefulBytes, againBytes } = sentWithin(seconds, terms)
  const again = againBytes / usefulBytes
  const filled = usefulBytes / seconds / (terms.mbitPerSecond * BYTES_PER_MBIT)
  console.log(
    `      ${(usefulBytes / 1e6).toFixed(0)} MB arrived, ${(again * 100).toFixed(1)} % sent again, ${(filled * 100).toFixed(0)} % of the line`,
  )
  return { again, filled }
}

describe("a line that is cut every ten seconds", () => {
  for (const mbitPerSecond of RATES) {
    const terms = { mbitPerSecond, cutEveryS: 10, imageBytes: CT_SLICE, answerS: 0.3, inFlight: 2 }
    it(`re-sends no more than a tenth of the bytes in an hour at ${mbitPerSecond} Mbit/s`, () => {
      const { again, filled } = shares(HOUR_S, terms)
      assert.ok(again <= 0.1 && filled >= 0.6)
    })
    it(`and not much more in the first two minutes, when nothing is known of it`, () => {
      const { again, filled } = shares(120, terms)
      assert.ok(again <= 0.12 && filled >= 0.5)
    })
  }

  it("does not choke where every answer takes longer than the bytes", () => {
    const terms = { mbitPerSecond: 10, cutEveryS: 10, imageBytes: CT_SLICE, answerS: 1, inFlight: 2 }
    const { again, filled } = shares(HOUR_S, terms)
    assert.ok(again <= 0.2 && filled >= 0.4)
  })
})

describe("a line that is never cut", () => {
  for (const mbitPerSecond of RATES)
    it(`is filled from the first minute on at ${mbitPerSecond} Mbit/s`, () => {
      const terms = { mbitPerSecond, cutEveryS: Infinity, imageBytes: CT_SLICE, answerS: 0.3, inFlight: 2 }
      const { again, filled } = shares(60, terms)
      assert.ok(again === 0 && filled >= 0.75)
    })
})
