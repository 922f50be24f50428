import type { ImageFacts } from "./image-facts.ts"
import { modalityValue } from "./modality.ts"
import { isPadding, type StoredPixels } from "./presentation.ts"
import { voiWindow, type Voi, type VoiWindow } from "./voi.ts"

/** Pixels looked at; a 13-megapixel mammogram is sampled evenly. */
const MAX_SAMPLES = 65536
const LOW_SHARE = 0.01
const HIGH_SHARE = 0.99

/** Window from the 1st to the 99th percentile of what is not padding. */
export function autoWindow(facts: ImageFacts, pixels: StoredPixels): VoiWindow {
  const step = Math.max(1, Math.floor(pixels.length / MAX_SAMPLES))
  const values: number[] = []
  for (let at = 0; at < pixels.length; at += step) {
    const stored = pixels[at] ?? 0
    if (!isPadding(facts, stored)) values.push(modalityValue(facts.modality, stored))
  }
  values.sort((a, b) => a - b)
  const at = (share: number): number => values[Math.floor(share * (values.length - 1))] ?? 0
  const [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)]
  return voiWindow((low + high) / 2 + 0.5, high - low + 1)
}

/** The window a frame opens with: the device's own, else from the pixels; colour is shown as it is. */
export function firstVoi(facts: ImageFacts, pixels: StoredPixels): Voi {
  if (facts.samplesPerPixel === 3) return voiWindow(128, 256)
  return facts.voi[0] ?? autoWindow(facts, pixels)
}

/** Smallest and largest modality value the stored bits can hold: the scale of a window drag. */
export function modalityRange(facts: ImageFacts): number {
  if (facts.modality.table !== null) return 2 ** facts.modality.table.bits
  return Math.abs(facts.modality.slope) * 2 ** facts.bitsStored
}
