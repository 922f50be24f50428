import assert from "node:assert/strict"
import type { Ledger } from "../../../gateway/journey/records/ledger.ts"
import { enter, requestFor, store, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

const isLong = process.env.DOKUEI_LONG !== undefined
const UNITS = isLong ? 4_000 : 40
/** However many units came before it, one asks for no more than this of either side: records, not bytes. */
const ROWS_OF_A_UNIT = { edge: 30, center: 20 }
const SIDES = ["edge", "center"] as const

/** Counts what a ledger answers from now on. */
function counting(ledger: Ledger): { rows: number; readonly by: Map<string, number> } {
  const counted = { rows: 0, by: new Map<string, number>() }
  const methods = ledger as unknown as Record<string, (...asked: unknown[]) => Promise<unknown>>
  for (const [name, method] of Object.entries(methods)) {
    if (name === "commit") continue
    methods[name] = async (...asked) => {
      const answer = await method(...asked)
      const rows = rowsIn(answer)
      counted.rows += rows
      counted.by.set(name, (counted.by.get(name) ?? 0) + rows)
      return answer
    }
  }
  return counted
}

function rowsIn(answer: unknown): number {
  if (answer === null) return 0
  if (Array.isArray(answer)) return answer.length
  return answer instanceof Set ? answer.size : 1
}

describe(`a delivery of ${UNITS} units`, function () {
  this.timeout(isLong ? 1_800_000 : 60_000)
  let sides: TwoSides
  before(async () => {
    sides = await TwoSides.open({ unitBytes: 1 })
  })
  after(() => sides.close())

  it("reads no more for the last of them than for the first, here and there", async () => {
    const counted = { edge: counting(sides.edge.ledger), center: counting(sides.center.ledger) }
    /** Of each side, after each unit. */
    const seen: { edge: number; center: number }[] = []
    sides.line.beforeAnswer = (kind) => {
      if (kind === "unit") seen.push({ edge: counted.edge.rows, center: counted.center.rows })
      return Promise.resolve()
    }
    const images = study("P1", UNITS)
    await enter(sides.edge, requestFor("P1", "R1", { urgency: "ROUTINE" }))
    await store(sides.edge, images.instances)
    for (let minutes = 0; seen.length < UNITS; minutes++) {
      assert.ok(minutes < UNITS + 20, `${seen.length} units have come`)
      await sides.settle(MINUTE_MS, 2_000 + 20 * UNITS)
    }
    const middle = Math.floor(UNITS / 2)
    for (const side of SIDES) {
      // The first ones read the study whole, once.
      const early = (seen[middle]![side] - seen[10]![side]) / (middle - 10)
      const late = (seen.at(-1)![side] - seen[middle]![side]) / (UNITS - 1 - middle)
      console.log(`      ${side}: ${early.toFixed(1)} rows for a unit, ${late.toFixed(1)} for a later one`)
      assert.ok(late <= early + 2, `${side}: ${JSON.stringify([...counted[side].by])}`)
      assert.ok(late <= ROWS_OF_A_UNIT[side])
    }
  })
})
