/**
 * A frame through a window to 8 bits: stored value → rescale → VOI LINEAR → presentation.
 */
import type { FramePixels } from "../../journey/ports/drawing.ts"
import { DrawError } from "../../journey/errors.ts"
import { checkFrame } from "./frame-checks.ts"
import type { Picture } from "./png.ts"
import { storedValues } from "./samples.ts"

/**
 * VOI LINEAR (PS3.3 C.11.2.1.2.1) of one rescaled value, 0…255.
 *
 * @param width at least 1; a width of 1 is a threshold
 */
export function voiLinear(value: number, center: number, width: number): number {
  const low = center - 0.5 - (width - 1) / 2
  const high = center - 0.5 + (width - 1) / 2
  if (value <= low) return 0
  if (value > high) return 255
  return Math.round(((value - (center - 0.5)) / (width - 1) + 0.5) * 255)
}

/**
 * The picture of a frame. Colour passes through (YBR_FULL is converted); MONOCHROME1 is inverted after the window.
 *
 * @throws DrawError ERR_FRAME_FAULT, ERR_FRAME_UNSUITABLE (palettes are resolved by the caller)
 */
export function windowed(frame: FramePixels, center: number, width: number): Picture {
  checkFrame(frame)
  const size = { width: frame.columns, height: frame.rows }
  if (frame.photometricInterpretation === "PALETTE COLOR")
    throw new DrawError("ERR_FRAME_UNSUITABLE", "a palette is not drawn through a window")
  if (frame.photometricInterpretation === "RGB") return { ...size, channels: 3, samples: frame.pixels }
  if (frame.photometricInterpretation === "YBR_FULL")
    return { ...size, channels: 3, samples: rgbOfYbr(frame.pixels) }
  return { ...size, channels: 1, samples: grey(frame, center, Math.max(1, width)) }
}

/** One table look-up per pixel: there are at most 65,536 stored values. */
function grey(frame: FramePixels, center: number, width: number): Uint8Array {
  const values = storedValues(frame)
  const mask = 2 ** frame.bitsAllocated - 1
  const table = new Uint8Array(mask + 1)
  const invert = frame.photometricInterpretation === "MONOCHROME1"
  for (let raw = 0; raw <= mask; raw += 1) {
    const stored = frame.signed && raw > mask >> 1 ? raw - mask - 1 : raw
    const shade = voiLinear(stored * frame.rescaleSlope + frame.rescaleIntercept, center, width)
    table[raw] = invert ? 255 - shade : shade
  }
  const out = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i += 1) out[i] = table[(values[i] ?? 0) & mask] ?? 0
  return out
}

/** PS3.3 C.7.6.3.1.2, full range. */
function rgbOfYbr(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(ybr.length)
  for (let i = 0; i + 2 < ybr.length; i += 3) {
    const y = ybr[i] ?? 0
    const cb = (ybr[i + 1] ?? 0) - 128
    const cr = (ybr[i + 2] ?? 0) - 128
    rgb[i] = y + 1.402 * cr
    rgb[i + 1] = y - 0.344136 * cb - 0.714136 * cr
    rgb[i + 2] = y + 1.772 * cb
  }
  return new Uint8Array(rgb.buffer)
}
