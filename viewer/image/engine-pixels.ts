import type { ImageFacts } from "./image-facts.ts"
import { lookUp } from "./lookup-table.ts"
import { isPadding, type StoredPixels } from "./presentation.ts"

/** Types the engine uploads as they are. */
export type EnginePixels = Uint8Array | Uint16Array | Int16Array

const INT16_BITS = 15

/**
 * Pixels as the engine draws them: a Modality LUT applied (its output is at most 16 bits), padding replaced by the
 * value that shows black. Up to 15 bits everything travels as Int16, so that there is always a value below and one
 * above every window for the padding; full 16-bit unsigned data keep their range and take its ends.
 */
export function enginePixels(facts: ImageFacts, pixels: StoredPixels, black: number): EnginePixels {
  if (facts.samplesPerPixel === 3) return pixels instanceof Uint8Array ? pixels : Uint8Array.from(pixels)
  const table = facts.modality.table
  const wide = table === null ? !facts.signed && facts.bitsStored > INT16_BITS : table.bits > INT16_BITS
  if (
    table === null &&
    facts.padding === null &&
    (pixels instanceof Int16Array || (wide && pixels instanceof Uint16Array))
  )
    return pixels
  const out = wide ? new Uint16Array(pixels.length) : new Int16Array(pixels.length)
  const blackHere = wide ? (black < 0 ? 0 : 65535) : black
  for (let at = 0; at < pixels.length; at++) {
    const stored = pixels[at] ?? 0
    if (isPadding(facts, stored)) out[at] = blackHere
    else out[at] = table === null ? stored : lookUp(table, stored)
  }
  return out
}
