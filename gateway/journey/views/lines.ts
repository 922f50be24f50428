/** The lines to hospitals, as a reading centre's page shows them. */
import type { Light, PartnerView } from "./technician.ts"

/** The page of lines at the reading centre. */
export interface LinesView {
  readonly serverTime: string
  /** What was seen of the lines since then; before it the program was not running. */
  readonly since: string
  /** The worst first. Empty = nothing to do. */
  readonly lights: readonly Light[]
  /** Every hospital there is an agreement with. */
  readonly partners: readonly PartnerView[]
}
