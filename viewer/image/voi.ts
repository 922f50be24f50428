import { lookUp, type LookupTable } from "./lookup-table.ts"

/** VOI LUT Function (0028,1056), PS3.3 C.11.2.1.3. */
export type VoiFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID"

/** A window in units of the Modality LUT's output (HU for CT). */
export interface VoiWindow {
  readonly kind: "window"
  readonly center: number
  /** ≥ 1 for LINEAR, > 0 for the others. */
  readonly width: number
  readonly function: VoiFunction
}

/** A VOI LUT Sequence item (0028,3010). */
export interface VoiTable {
  readonly kind: "table"
  readonly table: LookupTable
}

export type Voi = VoiWindow | VoiTable

/** Narrowest window each function allows (PS3.3 C.11.2.1.2.1, C.11.2.1.3.2). */
export const MIN_WIDTH: Readonly<Record<VoiFunction, number>> = {
  LINEAR: 1,
  LINEAR_EXACT: 0.01,
  SIGMOID: 0.01,
}

/** A window whose width is lifted to what its function allows. */
export const voiWindow = (center: number, width: number, voiFunction: VoiFunction = "LINEAR"): VoiWindow => ({
  kind: "window",
  center,
  width: Math.max(MIN_WIDTH[voiFunction], width),
  function: voiFunction,
})

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value))

/** PS3.3 C.11.2.1.2.1: with w = 1 a step between c − 0.5 (black) and anything above it (white). */
function linear(x: number, center: number, width: number): number {
  const middle = center - 0.5
  const half = (width - 1) / 2
  if (x <= middle - half) return 0
  if (x > middle + half) return 1
  return (x - middle) / (width - 1) + 0.5
}

const OUTPUT: Readonly<Record<VoiFunction, (x: number, center: number, width: number) => number>> = {
  LINEAR: linear,
  LINEAR_EXACT: (x, center, width) => clamp01((x - center) / width + 0.5),
  SIGMOID: (x, center, width) => 1 / (1 + Math.exp((-4 * (x - center)) / width)),
}

/** Grey of a modality value, 0 = minimum of the display, 1 = maximum, before Presentation LUT or inversion. */
export function voiOutput(voi: Voi, modalityValue: number): number {
  if (voi.kind === "window") return OUTPUT[voi.function](modalityValue, voi.center, voi.width)
  return lookUp(voi.table, modalityValue) / (2 ** voi.table.bits - 1)
}
