/** Which copy of each image counts, as chosen so far. */
import type { StudyQuestion } from "../../gateway/journey/views/staff.ts"

/** SOP Instance UID → object, or null for none of its copies. */
export type Chosen = ReadonlyMap<string, string | null>
export const WHICH = ["first", "last", "none"] as const
export type Which = (typeof WHICH)[number]

/** One answer for all images: the copy that came first, the one that came last, or none. */
export function bulk(conflicts: StudyQuestion["conflicts"], which: Which): Chosen {
  const at = { first: 0, last: -1, none: null }[which]
  return new Map(
    conflicts.map(({ SOPInstanceUID, copies }) => [
      SOPInstanceUID,
      at === null ? null : (copies.at(at)?.objectId ?? null),
    ]),
  )
}

/** Every image has its answer. */
export const isWhole = (conflicts: StudyQuestion["conflicts"], chosen: Chosen): boolean =>
  conflicts.every(({ SOPInstanceUID }) => chosen.has(SOPInstanceUID))
