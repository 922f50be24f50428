import assert from "node:assert/strict"
import fc from "fast-check"
import {
  fitCamera,
  isPixelExact,
  oneToOneCamera,
  originOnCanvas,
  panBy,
  snapToPixels,
  zoomAt,
} from "../../../viewer/image/camera.ts"

const image = { width: 512, height: 512, pixelAspect: 1 }

describe("the camera", () => {
  it("fits the whole image and never crops it, square pixels or not", () => {
    const canvas = { width: 800, height: 600 }
    for (const pixelAspect of [1, 2, 0.5]) {
      const camera = fitCamera({ ...image, pixelAspect }, canvas)
      const [left, top] = originOnCanvas(camera, canvas, pixelAspect)
      assert.ok(left >= -1e-9 && top >= -1e-9)
      assert.ok(Math.min(left, top) < 1e-9)
    }
  })

  it("puts pixel edges on pixel edges at one to one, for odd and even sizes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 900 }),
        (length, canvasLength) => {
          const canvas = { width: canvasLength, height: 700 }
          const camera = snapToPixels(oneToOneCamera({ ...image, width: length }), canvas, 1)
          const [left, top] = originOnCanvas(camera, canvas, 1)
          assert.ok(Math.abs(left - Math.round(left)) < 1e-9 && Math.abs(top - Math.round(top)) < 1e-9)
        },
      ),
    )
  })

  it("keeps the image point under the fingers when it zooms", () => {
    const canvas = { width: 800, height: 600 }
    const before = fitCamera({ ...image, pixelAspect: 2 }, canvas)
    const after = zoomAt(before, 1.7, 120, 450, canvas, 2)
    const under = (camera: typeof before): number[] => [
      camera.centerX + (120 - 400) / camera.scale,
      camera.centerY + (450 - 300) / (camera.scale * 2),
    ]
    under(before).forEach((value, at) => assert.ok(Math.abs(value - under(after)[at]!) < 1e-9))
  })

  it("stops zooming at its limits and keeps the image within reach", () => {
    let camera = oneToOneCamera(image)
    for (let at = 0; at < 50; at++) camera = zoomAt(camera, 2, 0, 0, { width: 800, height: 600 }, 1)
    assert.equal(camera.scale, 32)
    const far = panBy(oneToOneCamera(image), 1e6, -1e6, image)
    assert.deepEqual([far.centerX, far.centerY], [-0.5, 511.5])
  })

  it("is pixel exact only for square pixels at whole scales", () => {
    assert.equal(isPixelExact(oneToOneCamera(image), 1), true)
    assert.equal(isPixelExact(oneToOneCamera(image), 2), false)
    assert.equal(isPixelExact({ scale: 1.5, centerX: 0, centerY: 0 }, 1), false)
  })
})
