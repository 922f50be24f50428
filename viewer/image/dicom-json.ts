/**
 * Reading the DICOM JSON Model (PS3.18 F.2): one attribute at a time, never trusting its shape.
 * What is absent or of the wrong kind reads as null, "" or an empty list; nothing throws.
 */

/** One data set: eight hex digits → attribute. */
export type DicomJson = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is DicomJson =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Values of an attribute in order; PS3.18 F.2.2. */
export function valuesOf(dataSet: DicomJson, tag: string): readonly unknown[] {
  const attribute = dataSet[tag]
  if (!isRecord(attribute)) return []
  return Array.isArray(attribute.Value) ? (attribute.Value as readonly unknown[]) : []
}

const toNumber = (value: unknown): number => {
  if (typeof value === "number") return value
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN
}

/** Every value as a number; DS and IS may come as strings. Empty when one of them is not a number. */
export function numbersOf(dataSet: DicomJson, tag: string): readonly number[] {
  const numbers = valuesOf(dataSet, tag).map(toNumber)
  return numbers.every(Number.isFinite) ? numbers : []
}

/** First value as a number, else null. */
export const numberOf = (dataSet: DicomJson, tag: string): number | null => numbersOf(dataSet, tag)[0] ?? null

/** First value as text, trimmed; "" when absent. */
export function textOf(dataSet: DicomJson, tag: string): string {
  const first = valuesOf(dataSet, tag)[0]
  return typeof first === "string" ? first.trim() : ""
}

/** Items of a sequence. */
export const itemsOf = (dataSet: DicomJson, tag: string): readonly DicomJson[] =>
  valuesOf(dataSet, tag).filter(isRecord)

/** Little-endian 16-bit words of an OW attribute given inline (PS3.18 F.2.7), or of a US/SS one by value. */
export function wordsOf(dataSet: DicomJson, tag: string): Uint16Array {
  const attribute = dataSet[tag]
  if (!isRecord(attribute)) return new Uint16Array(0)
  const inline = attribute.InlineBinary
  if (typeof inline !== "string") return Uint16Array.from(numbersOf(dataSet, tag))
  const binary = atob(inline)
  return Uint16Array.from(
    { length: binary.length >> 1 },
    (_, at) => binary.charCodeAt(2 * at) | (binary.charCodeAt(2 * at + 1) << 8),
  )
}
