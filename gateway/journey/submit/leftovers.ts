/**
 * Leftovers: what of a delivery is in no unit yet, kept from one unit to the next. A study of thousands of images leaves in
 * thousands of units, and would be read whole for each.
 *
 * In memory alone, and good only for who sees the same study with as many units made: after a start, a failed step, an image
 * that came or was withdrawn, a unit given up or erased it is looked for anew.
 */
import type { InstanceRecord } from "../records/instance.ts"

export interface Leftover {
  /** How many images the delivery brings in all. */
  readonly brings: number
  readonly left: readonly InstanceRecord[]
}

/** What it was found by. */
export interface SeenDelivery {
  readonly studyRevision: number
  readonly unitsMade: number
  readonly erasedAt: string
}

export interface Leftovers {
  of(submissionId: string, seen: SeenDelivery): Leftover | null
  keep(submissionId: string, seen: SeenDelivery, leftover: Leftover): void
  forget(submissionId: string): void
}

/** The deliveries that leave side by side are few. */
const MAX_DELIVERIES = 4
/** About a kilobyte each; of a study with more of them every unit holds many. */
const MAX_IMAGES = 10_000

export function leftovers(): Leftovers {
  const kept = new Map<string, SeenDelivery & Leftover>()
  return {
    of: (submissionId, seen) => {
      const known = kept.get(submissionId)
      return known !== undefined && isSame(known, seen) ? known : null
    },
    keep: (submissionId, seen, leftover) => {
      kept.delete(submissionId)
      if (leftover.left.length > MAX_IMAGES) return
      kept.set(submissionId, { ...seen, ...leftover })
      const [oldest] = kept.keys()
      if (kept.size > MAX_DELIVERIES && oldest !== undefined) kept.delete(oldest)
    },
    forget: (submissionId) => {
      kept.delete(submissionId)
    },
  }
}

const isSame = (a: SeenDelivery, b: SeenDelivery): boolean =>
  a.studyRevision === b.studyRevision && a.unitsMade === b.unitsMade && a.erasedAt === b.erasedAt
