import assert from "node:assert/strict"
import { autoWindow, firstVoi } from "../../../viewer/image/auto-window.ts"
import { imageFacts } from "../../../viewer/image/image-facts.ts"
import { enlarge, frameLengthBytes, nativePixels } from "../../../viewer/image/native-pixels.ts"
import { voiWindow } from "../../../viewer/image/voi.ts"
import { CT_PRESETS, dragWindow, presetOf, presetsFor } from "../../../viewer/image/window-presets.ts"

describe("window presets", () => {
  it("have a number key each, for CT alone", () => {
    assert.deepEqual(CT_PRESETS.map(({ key }) => key).join(""), "123456789")
    assert.deepEqual(presetsFor("MR"), [])
    assert.equal(presetOf("CT", voiWindow(40, 80))?.name, "preset.brain")
    assert.equal(presetOf("MR", voiWindow(40, 80)), null)
  })

  it("a drag widens to the right, raises the centre downwards, and is finer for a narrow window", () => {
    const brain = dragWindow(voiWindow(40, 80), 10, 10, 65536)
    assert.deepEqual([brain.width, brain.center], [85, 45])
    const bone = dragWindow(voiWindow(500, 2000), 10, -10, 65536)
    assert.deepEqual([bone.width, bone.center], [2100, 400])
    assert.equal(dragWindow(voiWindow(40, 80), -1000, 0, 4096).width, 1)
  })
})

describe("a window made of pixels", () => {
  it("spans the 1st to the 99th percentile and ignores padding", () => {
    const facts = imageFacts(
      { "00280103": { vr: "US", Value: [1] }, "00280120": { vr: "SS", Value: [-2000] } },
      1,
    )
    const pixels = Int16Array.from({ length: 2000 }, (_, at) => (at % 2 === 0 ? -2000 : (at - 1) / 2))
    const { center, width } = autoWindow(facts, pixels)
    assert.ok(Math.abs(center - 500) < 2 && Math.abs(width - 980) < 5, `${center} ${width}`)
    assert.deepEqual(firstVoi(facts, pixels), autoWindow(facts, pixels))
  })

  it("of nothing but padding is still a window", () => {
    const facts = imageFacts({ "00280120": { vr: "US", Value: [0] } }, 1)
    assert.ok(autoWindow(facts, new Uint16Array(16)).width >= 1)
  })
})

describe("native pixels", () => {
  const shape = { rows: 2, columns: 3, samplesPerPixel: 1, bitsAllocated: 16, signed: true } as const

  it("are little endian, aligned, and alone in their buffer", () => {
    const bytes = Uint8Array.from([9, 0xff, 0xff, 1, 0, 0, 1, 2, 0, 3, 0, 4, 0]).subarray(1)
    const pixels = nativePixels(bytes, shape)
    assert.deepEqual([...pixels], [-1, 1, 256, 2, 3, 4])
    assert.equal(pixels.buffer.byteLength, frameLengthBytes(shape))
  })

  it("of a smaller picture are enlarged to the frame's own size", () => {
    assert.deepEqual([...enlarge(Int16Array.of(1, 2), 2, 1, 1, shape)], [1, 1, 2, 1, 1, 2])
  })
})
