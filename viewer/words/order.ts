/** Order and choice of the work list: STAT first, then the nearest deadline, then the earliest request. */
import type { WorkItem } from "../../gateway/journey/views/reading.ts"

const statFirst = (item: WorkItem): number => (item.urgency === "STAT" ? 0 : 1)

/** A new array; a finished case goes behind the open ones whatever its urgency, so that STAT means work to do. */
export function inReadingOrder(items: readonly WorkItem[]): WorkItem[] {
  const finished = (item: WorkItem): number => (isFinished(item) ? 1 : 0)
  return [...items].sort(
    (a, b) =>
      finished(a) - finished(b) ||
      statFirst(a) - statFirst(b) ||
      Date.parse(a.dueAt) - Date.parse(b.dueAt) ||
      Date.parse(a.requestedAt) - Date.parse(b.requestedAt),
  )
}

export function isFinished(item: Pick<WorkItem, "state">): boolean {
  return item.state === "completed" || item.state === "failed" || item.state === "exited"
}

export interface Choice {
  readonly group: "all" | "mine" | "stat" | "open"
  /** "" = every one. */
  readonly modality: string
  readonly hospital: string
  /** Free text over name, kana, id, accession and request number. */
  readonly search: string
}

/** Width and case folded, for *finding* only; never for deciding that two patients are one (domain.md 3). */
const folded = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s^\u30fb,]/g, "")

function inGroup(item: WorkItem, group: Choice["group"]): boolean {
  if (group === "mine") return item.reader?.mine === true
  if (group === "stat") return item.urgency === "STAT" && !isFinished(item)
  return group === "all" || (item.reader === null && !isFinished(item))
}

function found(item: WorkItem, search: string): boolean {
  if (folded(search) === "") return true
  const { patient, study, requestNumber } = item
  return [
    patient.ideographic,
    patient.phonetic,
    patient.alphabetic,
    patient.PatientID,
    study.AccessionNumber,
    requestNumber,
  ].some((text) => folded(text).includes(folded(search)))
}

export function chosen(items: readonly WorkItem[], choice: Choice): WorkItem[] {
  return items.filter(
    (item) =>
      inGroup(item, choice.group) &&
      (choice.modality === "" || item.study.modalities.includes(choice.modality)) &&
      (choice.hospital === "" || item.hospital === choice.hospital) &&
      found(item, choice.search),
  )
}
