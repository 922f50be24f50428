/** Coded entries (PS3.3 8.8): what an item of a code sequence says. */
import type { DataSet } from "./data-set.ts"

export interface CodedEntry {
  readonly value: string
  /** Coding Scheme Designator, e.g. `JJ1017-16M`, `SCT`. */
  readonly designator: string
  /** Coding Scheme UID, "" when the item has none. */
  readonly schemeUid: string
  readonly meaning: string
}

/** Items without a value say nothing, and are left out. */
export function codedEntries(items: readonly DataSet[]): readonly CodedEntry[] {
  return items.map(codedEntry).filter(({ value }) => value !== "")
}

function codedEntry(item: DataSet): CodedEntry {
  const values = ["CodeValue", "LongCodeValue", "URNCodeValue"].map((keyword) => item.text(keyword))
  return {
    value: values.find((value) => value !== "") ?? "",
    designator: item.text("CodingSchemeDesignator"),
    schemeUid: item.text("CodingSchemeUID"),
    meaning: item.text("CodeMeaning"),
  }
}

const FIRST_HALF = "JJ1017-16M"
const SECOND_HALF = "JJ1017-16S"

/**
 * JJ1017 has 32 digits and a Code Value 16: it travels as two items, which are one code under the designator `JJ1017-32`
 * (JJ1017 3.4, 5.2). The second half alone says nothing that the first does not name.
 */
export function joinedHalves(entries: readonly CodedEntry[]): readonly CodedEntry[] {
  const second = entries.find(({ designator }) => designator === SECOND_HALF)
  return entries
    .filter((entry) => entry !== second)
    .map((entry) =>
      entry.designator === FIRST_HALF && second !== undefined
        ? { ...entry, value: entry.value + second.value, designator: "JJ1017-32", schemeUid: "" }
        : entry,
    )
}
