import { itemsOf, numbersOf, textOf, wordsOf, type DicomJson } from "./dicom-json.ts"

/** Modality LUT (PS3.3 C.11.1.1.1) or VOI LUT (C.11.2.1.1): first input value mapped, output bits, output values. */
export interface LookupTable {
  readonly firstMapped: number
  readonly bits: number
  readonly entries: Uint16Array
  /** LUT Explanation (0028,3003). */
  readonly explanation: string
}

/** A descriptor of zero entries means 65536 (PS3.3 C.11.1.1.1). */
const ENTRIES_WHEN_ZERO = 65536

/** First item of the sequence as a table; null when absent, without its data, or of another length than it says. */
export function lookupTableOf(dataSet: DicomJson, sequenceTag: string): LookupTable | null {
  const item = itemsOf(dataSet, sequenceTag)[0]
  if (item === undefined) return null
  const [count = 0, firstMapped = 0, bits = 0] = numbersOf(item, "00283002")
  const entries = wordsOf(item, "00283006")
  if (bits < 8 || bits > 16 || entries.length !== (count === 0 ? ENTRIES_WHEN_ZERO : count)) return null
  return { firstMapped, bits, entries, explanation: textOf(item, "00283003") }
}

/** Output of the table: inputs outside take the first or the last entry (PS3.3 C.11.1.1.1). */
export function lookUp(table: LookupTable, input: number): number {
  const index = Math.min(table.entries.length - 1, Math.max(0, Math.round(input) - table.firstMapped))
  return table.entries[index] ?? 0
}
