import assert from "node:assert/strict"
import fc from "fast-check"
import { enginePixels } from "../../../viewer/image/engine-pixels.ts"
import { imageFacts, type ImageFacts } from "../../../viewer/image/image-facts.ts"
import { greyOf, presentGrey } from "../../../viewer/image/presentation.ts"
import { blackValue, transferNodes, type TransferNode } from "../../../viewer/image/transfer-nodes.ts"
import { voiWindow, type VoiFunction } from "../../../viewer/image/voi.ts"

const us = (...Value: number[]): object => ({ vr: "US", Value })
const facts = (over: Record<string, unknown> = {}): ImageFacts =>
  imageFacts(
    {
      "00280010": us(2),
      "00280011": us(2),
      "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
      "00280100": us(16),
      "00280101": us(16),
      "00280103": us(1),
      ...over,
    },
    1,
  )

/** Piecewise linear, as the engine's curve is. */
function along(nodes: readonly TransferNode[], x: number): number {
  const after = nodes.findIndex(([at]) => at >= x)
  if (after === 0) return nodes[0]![1]
  if (after < 0) return nodes.at(-1)![1]
  const [x0, y0] = nodes[after - 1]!
  const [x1, y1] = nodes[after]!
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
}

describe("the grey of a stored value", () => {
  it("goes through the rescale before the window", () => {
    const ct = facts({ "00281052": { vr: "DS", Value: ["-1024"] }, "00281053": { vr: "DS", Value: ["1"] } })
    const voi = voiWindow(40, 80)
    assert.equal(greyOf(ct, { voi, inverted: false }, 1024), 0)
    assert.equal(greyOf(ct, { voi, inverted: false }, 1024 + 79), 255)
  })

  it("is turned around by MONOCHROME1, by the reader, and back by both", () => {
    const one = facts({ "00280004": { vr: "CS", Value: ["MONOCHROME1"] } })
    const voi = voiWindow(128, 256)
    assert.equal(greyOf(facts(), { voi, inverted: false }, 255), 255)
    assert.equal(greyOf(one, { voi, inverted: false }, 255), 0)
    assert.equal(greyOf(facts(), { voi, inverted: true }, 255), 0)
    assert.equal(greyOf(one, { voi, inverted: true }, 255), 255)
  })

  it("is black for padding whatever the polarity, over the whole padding range", () => {
    const padded = { "00280120": us(63536), "00280121": { vr: "SS", Value: [-1990] } }
    for (const name of ["MONOCHROME1", "MONOCHROME2"])
      for (const inverted of [false, true]) {
        const one = facts({ ...padded, "00280004": { vr: "CS", Value: [name] } })
        const shown = presentGrey(
          one,
          { voi: voiWindow(-1995, 2), inverted },
          Int16Array.of(-2000, -1995, -1990),
        )
        assert.deepEqual([...shown], [0, 0, 0])
      }
  })

  it("applies a Modality LUT instead of slope and intercept", () => {
    const lut = { "00283002": us(4, 10, 16), "00283006": us(0, 100, 200, 255) }
    const one = facts({ "00283000": { vr: "SQ", Value: [lut] }, "00281053": { vr: "DS", Value: [7] } })
    assert.deepEqual(
      [9, 11, 99].map((x) => greyOf(one, { voi: voiWindow(128, 256), inverted: false }, x)),
      [0, 100, 255],
    )
  })
})

describe("the engine's grey curve", () => {
  it("agrees with the reference within half a grey level for any window, slope and polarity", () => {
    const functions = fc.constantFrom<VoiFunction>("LINEAR", "LINEAR_EXACT", "SIGMOID")
    const slopes = fc.constantFrom(1, 0.05, 2.5, -1)
    fc.assert(
      fc.property(
        functions,
        slopes,
        fc.integer({ min: -1024, max: 3000 }),
        fc.integer({ min: 2, max: 4000 }),
        fc.boolean(),
        fc.integer({ min: -2000, max: 4000 }),
        (voiFunction, slope, center, width, inverted, stored) => {
          const one = facts({
            "00281052": { vr: "DS", Value: [-24] },
            "00281053": { vr: "DS", Value: [slope] },
          })
          const presentation = { voi: voiWindow(center, width, voiFunction), inverted }
          const drawn = 255 * along(transferNodes(one, presentation), stored)
          assert.ok(Math.abs(drawn - greyOf(one, presentation, stored)) <= 0.51, `${drawn}`)
        },
      ),
      { numRuns: 500 },
    )
  })

  it("ascends in the stored value even when the slope is negative", () => {
    const one = facts({ "00281053": { vr: "DS", Value: [-2] } })
    const nodes = transferNodes(one, { voi: voiWindow(0, 100), inverted: false })
    assert.ok(nodes.every(([x], at) => at === 0 || x > nodes[at - 1]![0]))
    assert.equal(nodes[0]![1], 1)
  })

  it("keeps a window of width 1 a step between two whole numbers", () => {
    const nodes = transferNodes(facts(), { voi: voiWindow(40, 1), inverted: false })
    assert.deepEqual(
      [39, 40].map((x) => along(nodes, x)),
      [0, 1],
    )
  })

  it("sends padding to the dark end, and pixels without padding as they are", () => {
    const padded = facts({ "00280120": { vr: "SS", Value: [-2000] } })
    const dark = blackValue(transferNodes(padded, { voi: voiWindow(40, 80), inverted: false }))
    const bright = blackValue(transferNodes(padded, { voi: voiWindow(40, 80), inverted: true }))
    assert.deepEqual([dark, bright], [-32768, 32767])
    assert.deepEqual([...enginePixels(padded, Int16Array.of(-2000, 7), dark)], [-32768, 7])
    const plain = Int16Array.of(1, 2)
    assert.equal(enginePixels(facts(), plain, 0), plain)
  })

  it("keeps full 16-bit unsigned values", () => {
    const one = facts({ "00280103": us(0), "00280120": us(0) })
    assert.deepEqual([...enginePixels(one, Uint16Array.of(0, 65535), -32768)], [0, 65535])
    assert.deepEqual([...enginePixels(one, Uint16Array.of(0, 65535), 32767)], [65535, 65535])
  })
})
