/**
 * Selection: which instances of a study count. At the hospital those leave; at the reading centre those are shown. Nothing
 * that was received is changed or thrown away for it.
 */
import type { InstanceRecord } from "../records/instance.ts"
import type { StudyRecord } from "../records/study.ts"

type Chosen = Pick<StudyRecord, "private">

/** Neither withdrawn by a key object selection, nor a copy that was not chosen. */
export function selected({ private: study }: Chosen, instances: readonly InstanceRecord[]): InstanceRecord[] {
  const rejected = new Set((study.rejected ?? []).map(({ SOPInstanceUID }) => SOPInstanceUID))
  const hidden = new Set(study.hidden)
  return instances.filter(
    (each) => !rejected.has(each.private.SOPInstanceUID) && !hidden.has(each.place.objectId),
  )
}

/** Copies of one image that contradict each other and between which nobody has chosen, oldest first. */
export function openConflicts(study: Chosen, instances: readonly InstanceRecord[]): InstanceRecord[][] {
  const byUid = Map.groupBy(selected(study, instances), (each) => each.private.SOPInstanceUID)
  return [...byUid.values()].filter((copies) => copies.length > 1).map(oldestFirst)
}

const oldestFirst = (copies: readonly InstanceRecord[]): InstanceRecord[] =>
  [...copies].sort(
    (a, b) => a.receivedAt.localeCompare(b.receivedAt) || Number(a.conflict) - Number(b.conflict),
  )
