import assert from "node:assert/strict"
import { crc32, inflateSync } from "node:zlib"
import fc from "fast-check"
import { pngSize, writePng, type Picture } from "../../../gateway/actors/draughtsman/png.ts"
import { voiLinear, windowed } from "../../../gateway/actors/draughtsman/window.ts"
import { frameOf } from "./frames.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

/** Reads back what our writer may produce: 8 bits, filter None or Up. */
function readPng(png: Uint8Array): Picture {
  const bytes = Buffer.from(png)
  const data: Buffer[] = []
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    assert.equal(crc32(bytes.subarray(at + 4, at + 8 + length)), bytes.readUInt32BE(at + 8 + length), "CRC")
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const { width, height } = pngSize(png)
  const channels = bytes[25] === 0 ? 1 : 3
  const stride = width * channels
  const rows = inflateSync(Buffer.concat(data))
  const samples = new Uint8Array(height * stride)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < stride; x += 1)
      samples[y * stride + x] =
        rows[y * (stride + 1) + 1 + x]! + (y === 0 ? 0 : samples[(y - 1) * stride + x]!)
  return { width, height, channels, samples }
}

describe("VOI LINEAR", () => {
  it("follows PS3.3 C.11.2.1.2.1 at its corners", () => {
    // Width 100, center 50: ramp from -0.5 to 98.5 around 49.5.
    assert.deepEqual(
      [-1, 0, 49, 50, 99, 100].map((value) => voiLinear(value, 50, 100)),
      [0, 0, 126, 129, 255, 255],
    )
  })

  it("is a threshold for width 1", () => {
    assert.deepEqual(
      [39, 39.5, 40].map((value) => voiLinear(value, 40, 1)),
      [0, 0, 255],
    )
  })
})

describe("a frame through a window", () => {
  it("rescales first, and inverts MONOCHROME1 afterwards", () => {
    const shape = { columns: 3, rows: 1, bitsStored: 12, rescaleSlope: 1, rescaleIntercept: -1024 }
    const values = (index: number) => [0, 1024 + 40, 4095][index]!
    assert.deepEqual([...windowed(frameOf(shape, values), 40, 400).samples], [0, 128, 255])
    const inverse = frameOf({ ...shape, photometricInterpretation: "MONOCHROME1" }, values)
    assert.deepEqual([...windowed(inverse, 40, 400).samples], [255, 127, 0])
  })

  it("knows negative stored values", () => {
    const frame = frameOf({ columns: 2, rows: 1, bitsStored: 16, signed: true }, (index) => index - 500)
    assert.deepEqual([...windowed(frame, -499.5, 1).samples], [0, 255])
  })

  it("passes RGB through and converts YBR_FULL", () => {
    const shape = { columns: 1, rows: 1, bitsStored: 8 }
    const rgb = frameOf({ ...shape, photometricInterpretation: "RGB" }, (index) => [10, 20, 30][index]!)
    assert.deepEqual([...windowed(rgb, 0, 0).samples], [10, 20, 30])
    // PS3.3 C.7.6.3.1.2: full red.
    const ybr = frameOf({ ...shape, photometricInterpretation: "YBR_FULL" }, (index) => [76, 85, 255][index]!)
    assert.deepEqual([...windowed(ybr, 0, 0).samples], [254, 0, 0])
  })

  it("does not draw palettes", () => {
    const frame = frameOf({ columns: 1, rows: 1, bitsStored: 8 }, () => 0)
    assert.throws(
      () => windowed({ ...frame, photometricInterpretation: "PALETTE COLOR" }, 0, 1),
      code("ERR_FRAME_UNSUITABLE"),
    )
  })
})

describe("PNG", () => {
  it("reads back as the same picture", () => {
    const picture = fc
      .record({
        width: fc.integer({ min: 1, max: 20 }),
        height: fc.integer({ min: 1, max: 20 }),
        channels: fc.constantFrom<1 | 3>(1, 3),
      })
      .chain((size) => {
        const length = size.width * size.height * size.channels
        return fc
          .uint8Array({ minLength: length, maxLength: length })
          .map((samples) => ({ ...size, samples }))
      })
    fc.assert(fc.property(picture, (wanted) => assert.deepEqual(readPng(writePng(wanted)), wanted)))
  })

  it("does not take another file for a PNG", () => {
    assert.throws(() => pngSize(new Uint8Array(30)), code("ERR_FRAME_FAULT"))
  })
})
