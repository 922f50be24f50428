import assert from "node:assert/strict"
import { imageFacts } from "../../../viewer/image/image-facts.ts"
import { orientationLetters, slicePosition } from "../../../viewer/image/orientation.ts"

const ds = (...Value: unknown[]): object => ({ vr: "DS", Value })

describe("the facts of an image", () => {
  it("reads windows as numbers or strings, each centre with its width", () => {
    const facts = imageFacts({ "00281050": ds("40", 500), "00281051": ds("80", 2000) }, 1)
    assert.deepEqual(facts.voi, [
      { kind: "window", center: 40, width: 80, function: "LINEAR" },
      { kind: "window", center: 500, width: 2000, function: "LINEAR" },
    ])
  })

  it("prefers the VOI LUT Sequence, given inline, to the window", () => {
    const item = {
      "00283002": { vr: "US", Value: [3, 0, 12] },
      "00283003": { vr: "LO", Value: ["CONTRAST"] },
      "00283006": {
        vr: "OW",
        InlineBinary: Buffer.from(Uint16Array.of(0, 2000, 4095).buffer).toString("base64"),
      },
    }
    const [first] = imageFacts(
      { "00283010": { vr: "SQ", Value: [item] }, "00281050": ds(1), "00281051": ds(2) },
      1,
    ).voi
    assert.ok(first?.kind === "table")
    assert.deepEqual([...first.table.entries], [0, 2000, 4095])
  })

  it("drops a table whose data are missing or of another length than it says", () => {
    const item = { "00283002": { vr: "US", Value: [4, 0, 12] }, "00283006": { vr: "US", Value: [1, 2, 3] } }
    assert.deepEqual(imageFacts({ "00283010": { vr: "SQ", Value: [item] } }, 1).voi, [])
  })

  it("takes rescale, position and spacing of a multi-frame from its functional groups", () => {
    const dataSet = {
      "52009229": {
        vr: "SQ",
        Value: [
          {
            "00289110": { vr: "SQ", Value: [{ "00280030": ds(0.7, 0.7), "00180050": ds(3) }] },
            "00209116": { vr: "SQ", Value: [{ "00200037": ds(1, 0, 0, 0, 1, 0) }] },
          },
        ],
      },
      "52009230": {
        vr: "SQ",
        Value: [0, 1].map((at) => ({
          "00289145": { vr: "SQ", Value: [{ "00281052": ds(-1000 + at), "00281053": ds(1 + at) }] },
          "00209113": { vr: "SQ", Value: [{ "00200032": ds(0, 0, 5 * at) }] },
        })),
      },
    }
    const second = imageFacts(dataSet, 2)
    assert.deepEqual([second.modality.slope, second.modality.intercept], [2, -999])
    assert.deepEqual(
      [second.position, second.pixelSpacing, second.sliceThickness],
      [[0, 0, 5], [0.7, 0.7], 3],
    )
    assert.equal(slicePosition(second), 5)
  })

  it("lets spacing speak before Pixel Aspect Ratio", () => {
    assert.equal(
      imageFacts({ "00280030": ds(1, 0.5), "00280034": { vr: "IS", Value: [1, 1] } }, 1).pixelAspect,
      2,
    )
    assert.equal(imageFacts({ "00280034": { vr: "IS", Value: [4, 3] } }, 1).pixelAspect, 4 / 3)
  })

  it("survives metadata of any shape", () => {
    for (const dataSet of [
      {},
      { "00281050": 7 },
      { "00200037": { vr: "DS", Value: [1, "x"] } },
      { "00283000": null },
    ])
      assert.equal(imageFacts(dataSet, 3).modality.slope, 1)
  })
})

describe("the letters at the edges", () => {
  it("of an axial image are R, L, A, P", () => {
    assert.deepEqual(orientationLetters({ rowDirection: [1, 0, 0], columnDirection: [0, 1, 0] }), {
      left: "R",
      right: "L",
      top: "A",
      bottom: "P",
    })
  })

  it("of a sagittal image are A, P, H, F", () => {
    assert.deepEqual(orientationLetters({ rowDirection: [0, 1, 0], columnDirection: [0, 0, -1] }), {
      left: "A",
      right: "P",
      top: "H",
      bottom: "F",
    })
  })

  it("of an oblique direction name the stronger axis first; without orientation there are none", () => {
    assert.equal(orientationLetters({ rowDirection: [0.8, 0.6, 0], columnDirection: [0, 0, -1] }).right, "LP")
    assert.equal(orientationLetters({ rowDirection: null, columnDirection: null }).left, "")
  })
})
