import { lookUp, type LookupTable } from "./lookup-table.ts"

/** How stored values become modality values (PS3.3 C.11.1): a table, or m·x + b. */
export interface Modality {
  readonly slope: number
  readonly intercept: number
  /** When present it replaces slope and intercept. */
  readonly table: LookupTable | null
  /** Rescale Type (0028,1054), e.g. "HU"; "" when absent. */
  readonly type: string
}

/** Modality value of one stored value. */
export const modalityValue = (modality: Modality, stored: number): number =>
  modality.table === null ? modality.slope * stored + modality.intercept : lookUp(modality.table, stored)

/** Inverse of the linear case: the (fractional) stored value that has this modality value. */
export const storedValue = (modality: Modality, value: number): number =>
  (value - modality.intercept) / modality.slope
