/** What a watched folder must be told. */

import type { StoreOutcome } from "../../journey/ports/inbound.ts"

/** Ids, codes and counts; never a file name: it may hold a patient's. */
export type FolderLog = (
  level: "info" | "warn" | "error",
  event: string,
  fields: Readonly<Record<string, string | number>>,
) => void

export interface FolderOptions {
  /** Absolute. It may come and go, as mounted shares do. */
  readonly path: string
  /** What stands for the calling AE title of its files. */
  readonly aeTitle: string
  /** A file that did not change for so long is whole. */
  readonly settleMs: number
  /** What becomes of a file that is durable here. */
  readonly after: "keep" | "delete"
  /** Between two looks; by default half of `settleMs`, at least a second. */
  readonly lookMs?: number
  /** A file that ends inside an element is waited for so long: its writer may only have paused. */
  readonly cutGraceMs?: number
  readonly log: FolderLog
  /** One that still ended inside an element then, and lies in `refused` now. */
  readonly onStillCut?: (outcome: StoreOutcome) => void
}

/** Where files go when they are dealt with, beneath the folder; nothing is taken from there. */
export const DONE = "done"
export const REFUSED = "refused"
