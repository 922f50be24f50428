import assert from "node:assert/strict"
import { voiOutput, voiWindow, type Voi } from "../../../viewer/image/voi.ts"

const grey = (voi: Voi, x: number): number => Math.round(255 * voiOutput(voi, x))

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12

describe("a VOI window", () => {
  it("LINEAR follows the example of PS3.3 C.11.2.1.2.1: c = 2048, w = 4096 is the identity of 12 bits", () => {
    const voi = voiWindow(2048, 4096)
    for (const x of [0, 1, 2047, 2048, 4094, 4095]) assert.ok(near(voiOutput(voi, x), x / 4095))
    assert.equal(voiOutput(voi, -1), 0)
    assert.equal(voiOutput(voi, 4096), 1)
  })

  it("LINEAR of c = 0, w = 100 ends at -50 and at 49", () => {
    const voi = voiWindow(0, 100)
    assert.equal(voiOutput(voi, -50), 0)
    assert.equal(voiOutput(voi, 49), 1)
    assert.ok(voiOutput(voi, -49) > 0 && voiOutput(voi, 48) < 1)
  })

  it("LINEAR of width 1 is a step: black up to c - 0.5, white above", () => {
    const voi = voiWindow(40, 1)
    assert.deepEqual(
      [38, 39, 39.5, 39.6, 40, 41].map((x) => voiOutput(voi, x)),
      [0, 0, 0, 1, 1, 1],
    )
  })

  it("LINEAR_EXACT has its middle at c and its ends at c ± w/2", () => {
    const voi = voiWindow(0, 100, "LINEAR_EXACT")
    assert.deepEqual(
      [-51, -50, 0, 50, 51].map((x) => voiOutput(voi, x)),
      [0, 0, 0.5, 1, 1],
    )
  })

  it("LINEAR_EXACT allows widths below 1", () => {
    assert.ok(near(voiOutput(voiWindow(0.5, 0.1, "LINEAR_EXACT"), 0.525), 0.75))
  })

  it("SIGMOID is 1 / (1 + exp(-4 (x - c) / w)) and never quite ends", () => {
    const voi = voiWindow(10, 20, "SIGMOID")
    assert.equal(voiOutput(voi, 10), 0.5)
    assert.ok(Math.abs(voiOutput(voi, 20) - 1 / (1 + Math.exp(-2))) < 1e-12)
    assert.ok(voiOutput(voi, -30) > 0)
  })

  it("lifts a width below what its function allows", () => {
    assert.equal(voiWindow(0, -3).width, 1)
    assert.equal(voiWindow(0, 0.2).width, 1)
    assert.equal(voiWindow(0, 0, "SIGMOID").width, 0.01)
  })

  it("as a table takes its first and last entry outside its range", () => {
    const table = { firstMapped: -2, bits: 8, entries: Uint16Array.of(10, 20, 255), explanation: "" }
    const voi: Voi = { kind: "table", table }
    assert.deepEqual(
      [-9, -2, -1, 0, 9].map((x) => grey(voi, x)),
      [10, 10, 20, 255, 255],
    )
  })
})
