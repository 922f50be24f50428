import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import type { InstanceRecord } from "../../../gateway/journey/records.ts"
import { MAX_UNITS, nextOf, type Unit } from "../../../gateway/journey/submit/delivery.ts"
import type { World } from "../../../gateway/journey/world.ts"
import { randomFrom } from "../../peers/chance.ts"

const world = { pace: { unitBytes: () => 256 * 1024 } } as unknown as World
const agreement = { id: "a", units: "adaptive", line: { inFlight: 4 } } as unknown as Agreement
const arrived = { record: { state: "verified" }, documents: [] } as unknown as Unit

const image = (clearLengthBytes: number): InstanceRecord =>
  ({ clearLengthBytes, recoding: null }) as unknown as InstanceRecord

/** How many units images of these lengths leave in. */
function unitsFor(lengthsBytes: readonly number[]): number {
  const units: Unit[] = []
  for (let left = lengthsBytes.map(image); ;) {
    const next = nextOf(world, agreement, { units, left } as unknown as Parameters<typeof nextOf>[2])
    if (next.kind !== "unit") return units.length
    left = left.slice(next.images.length)
    units.push(arrived)
  }
}

describe("the units of a large study on a slow line", function () {
  this.timeout(20_000)

  it("are never more than what closes them can sign for", () => {
    const dice = randomFrom(7)
    const lengths = Array.from({ length: 6_000 }, () => 200_000 + Math.floor(dice() * 400_000))
    assert.ok(unitsFor(lengths) <= MAX_UNITS)
    assert.ok(unitsFor(lengths.map(() => 300_000)) <= MAX_UNITS)
  })

  it("are as small as the line wants them where there are few", () => {
    assert.equal(unitsFor(Array.from({ length: 600 }, () => 200_000)), 600)
  })
})
