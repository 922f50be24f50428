import type { ImageFacts } from "./image-facts.ts"
import { modalityValue } from "./modality.ts"
import { voiOutput, type Voi } from "./voi.ts"

/** Pixels as stored: one number per sample. */
export type StoredPixels = Uint8Array | Int8Array | Uint16Array | Int16Array

/** What a reader chose for a frame. */
export interface Presentation {
  readonly voi: Voi
  /** The reader's own inversion, on top of MONOCHROME1. */
  readonly inverted: boolean
}

/** Low values bright: MONOCHROME1 or the reader's inversion, but not both (PS3.3 C.7.6.3.1.2). */
export const isReversed = (
  facts: Pick<ImageFacts, "photometricInterpretation">,
  inverted: boolean,
): boolean => (facts.photometricInterpretation === "MONOCHROME1") !== inverted

/** Whether a stored value is padding, hence no measurement and always black. */
export const isPadding = (facts: Pick<ImageFacts, "padding">, stored: number): boolean =>
  facts.padding !== null && stored >= facts.padding.low && stored <= facts.padding.high

/** 8-bit grey of one stored value: Modality LUT → VOI → inversion → 0…255, rounded to the nearest. */
export function greyOf(facts: ImageFacts, presentation: Presentation, stored: number): number {
  if (isPadding(facts, stored)) return 0
  const shown = voiOutput(presentation.voi, modalityValue(facts.modality, stored))
  return Math.round(255 * (isReversed(facts, presentation.inverted) ? 1 - shown : shown))
}

/**
 * One grey frame as the display shows it: the reference the pixel tests hold the engine against, and the drawing
 * itself where there is no WebGL2. Goes through a table of the values that occur, so a 9-megapixel frame takes
 * milliseconds.
 */
export function presentGrey(facts: ImageFacts, presentation: Presentation, pixels: StoredPixels): Uint8Array {
  const known = new Map<number, number>()
  return Uint8Array.from(pixels, (stored) => {
    const before = known.get(stored)
    if (before !== undefined) return before
    const grey = greyOf(facts, presentation, stored)
    known.set(stored, grey)
    return grey
  })
}
