import type { ImageFacts } from "./image-facts.ts"
import { storedValue } from "./modality.ts"
import { isReversed, type Presentation } from "./presentation.ts"
import type { Voi, VoiWindow } from "./voi.ts"

/** A corner of the piecewise linear way from stored value to grey (0…1). */
export type TransferNode = readonly [stored: number, grey: number]

/** Width of the step a window of one value becomes; wide enough for 32-bit floats at ±65535. */
const STEP = 1 / 64
/** Corners of the sigmoid, spread evenly over ±SIGMOID_REACH widths (grey 0.0002 … 0.9998 there). */
const SIGMOID_NODES = 513
const SIGMOID_REACH = 2.2

function windowNodes(voi: VoiWindow): TransferNode[] {
  if (voi.function === "SIGMOID") {
    return Array.from({ length: SIGMOID_NODES }, (_, at) => {
      const offset = ((2 * at) / (SIGMOID_NODES - 1) - 1) * SIGMOID_REACH
      return [voi.center + offset * voi.width, 1 / (1 + Math.exp(-4 * offset))]
    })
  }
  const exact = voi.function === "LINEAR_EXACT"
  const middle = exact ? voi.center : voi.center - 0.5
  const half = (exact ? voi.width : voi.width - 1) / 2
  return [
    [middle - half, 0],
    [half === 0 ? middle + STEP : middle + half, 1],
  ]
}

const tableNodes = (voi: Extract<Voi, { kind: "table" }>): TransferNode[] =>
  Array.from(voi.table.entries, (entry, at) => [
    voi.table.firstMapped + at,
    entry / (2 ** voi.table.bits - 1),
  ])

/**
 * The whole grey path folded into one function of the *stored* value, so that the 16-bit frame stays on the GPU and
 * a new window re-decodes nothing: rescale slope and intercept are solved backwards, inversion turns the greys
 * around. Ascending in the stored value. A Modality LUT (table) is applied when decoding; its output is "stored" here.
 */
export function transferNodes(facts: ImageFacts, presentation: Presentation): readonly TransferNode[] {
  const { voi, inverted } = presentation
  const reversed = isReversed(facts, inverted)
  const nodes = voi.kind === "window" ? windowNodes(voi) : tableNodes(voi)
  const modality = facts.modality
  const folded = nodes.map(([value, grey]): TransferNode => [
    modality.table === null ? storedValue(modality, value) : value,
    reversed ? 1 - grey : grey,
  ])
  return modality.table === null && modality.slope < 0 ? folded.reverse() : folded
}

/** Stored value that this path shows black, far outside every window; where padding goes. */
export function blackValue(nodes: readonly TransferNode[]): -32768 | 32767 {
  const first = nodes[0]
  const last = nodes[nodes.length - 1]
  return first !== undefined && last !== undefined && first[1] > last[1] ? 32767 : -32768
}
