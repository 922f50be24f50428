import type { Intent } from "./intent.ts"

/** WheelEvent as far as it matters here; `deltaMode` 0 px, 1 lines, 2 pages. */
export interface WheelSample {
  readonly deltaY: number
  readonly deltaMode: number
  readonly ctrlKey: boolean
  readonly x: number
  readonly y: number
}

export interface WheelStep {
  /** Px not yet turned into an image, for touch pads that send many small deltas. */
  readonly carryPx: number
  readonly intents: readonly Intent[]
}

/** One notch of a common mouse wheel; a pad has to cover less for one image. */
const NOTCH_PX = 100
const PAD_PX_PER_IMAGE = 24
const LINE_PX = 33
const PAGE_PX = 800
const ZOOM_PER_PX = 0.0025

const inPx = (sample: WheelSample): number =>
  sample.deltaY * (sample.deltaMode === 1 ? LINE_PX : sample.deltaMode === 2 ? PAGE_PX : 1)

/** Wheel: one notch, one image. With Ctrl (also how browsers report a pad's pinch): zoom about the pointer. */
export function wheelStep(carryPx: number, sample: WheelSample): WheelStep {
  const px = inPx(sample)
  if (sample.ctrlKey)
    return {
      carryPx: 0,
      intents: [{ kind: "zoom", factor: Math.exp(-px * ZOOM_PER_PX), x: sample.x, y: sample.y }],
    }
  const isNotch = sample.deltaMode !== 0 || Math.abs(px) >= NOTCH_PX
  if (isNotch) return { carryPx: 0, intents: [{ kind: "scroll", images: Math.sign(px) }] }
  const way = (carryPx * px < 0 ? 0 : carryPx) + px
  const images = Math.trunc(way / PAD_PX_PER_IMAGE)
  return {
    carryPx: way - images * PAD_PX_PER_IMAGE,
    intents: images === 0 ? [] : [{ kind: "scroll", images }],
  }
}
