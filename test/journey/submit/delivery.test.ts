import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import { MAX_UNITS, nextOf } from "../../../gateway/journey/submit/delivery.ts"
import type { World } from "../../../gateway/journey/world.ts"
import { randomFrom } from "../../peers/chance.ts"

const SMALLEST_BYTES = 256 * 1024
const world = {
  pace: { wholeBytes: () => SMALLEST_BYTES, unitBytes: () => SMALLEST_BYTES, inFlight: () => 1 },
} as unknown as World
const agreement = { id: "a", units: "adaptive", line: { inFlight: 4 } } as unknown as Agreement

const image = (clearLengthBytes: number): InstanceRecord =>
  ({ clearLengthBytes, recoding: null }) as unknown as InstanceRecord

/** How many images each unit of a study of these lengths holds. */
function unitsFor(lengthsBytes: readonly number[]): number[] {
  const sizes: number[] = []
  for (let left = lengthsBytes.map(image); ;) {
    const units = { made: sizes.length, underWay: 0, failureCode: null }
    const next = nextOf(world, agreement, { units, left })
    if (next.kind !== "unit") return sizes
    left = left.slice(next.images.length)
    sizes.push(next.images.length)
  }
}

describe("the units of a large study on a slow line", function () {
  this.timeout(20_000)

  it("are never more than what closes them can sign for, however large each image is", () => {
    const dice = randomFrom(7)
    const lengths = Array.from({ length: 6_000 }, () => 200_000 + Math.floor(dice() * 400_000))
    assert.ok(unitsFor(lengths).length <= MAX_UNITS)
    assert.ok(unitsFor(lengths.map(() => 300_000)).length <= MAX_UNITS)
    assert.ok(unitsFor(lengths.map((_, index) => (index < 3_000 ? 1 : 10_000_000))).length <= MAX_UNITS)
  })

  it("are as small as the line wants them where images are not more than units may be", () => {
    const sizes = unitsFor(Array.from({ length: 4_000 }, () => 1_000_000))
    assert.equal(sizes.length, 4_000)
  })
})
