/** What one run of the bench was asked for. */
import type { ImageSet } from "./image-sets.ts"

export interface Asked {
  readonly rounds: number
  /** What `ingest` sends. */
  readonly sets: readonly ImageSet[]
  /** The sets of many images, for `window`. */
  readonly usualSets: readonly ImageSet[]
  /** The set of images of 512 KiB, for `durability`. */
  readonly slices: ImageSet
  /** Images of 512 KiB in `package`. */
  readonly instances: number
  /** Images in `nagle`, where each may cost tens of milliseconds of waiting. */
  readonly waitingInstances: number
  /** Images of 512 KiB in `loop`. */
  readonly loopInstances: number
  /** Images of 512 KiB of the large study in `transport`; 0: without it. */
  readonly largeInstances: number
  /** Size of the multi-frame in `memory`, in MiB. */
  readonly multiFrameMiB: number
  /** Objects in the spool in `start`. */
  readonly objects: number
  /** Instances the full ledger of `ledger` holds. */
  readonly ledgerInstances: number
  /** Folder to work in; the system's temporary one when null. */
  readonly parent: string | null
  readonly say: (line: string) => void
}
