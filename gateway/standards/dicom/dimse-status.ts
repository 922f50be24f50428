/**
 * DIMSE status codes of the services we speak (PS3.7 annex C, PS3.4 B.2.3): code → class, meaning, clause.
 */

/** PS3.7 C.1 to C.5: whether the operation was performed. */
export type StatusClass = "success" | "warning" | "failure"

export interface StatusRow {
  readonly statusClass: StatusClass
  readonly meaning: string
  readonly clause: string
}

const row = (statusClass: StatusClass, meaning: string, clause: string): StatusRow => ({
  statusClass,
  meaning,
  clause,
})

/** Codes by name, for the code that answers. */
export const STATUS = {
  success: 0x0000,
  processingFailure: 0x0110,
  noSuchSOPInstance: 0x0112,
  noSuchEventType: 0x0113,
  invalidArgumentValue: 0x0115,
  invalidSOPInstance: 0x0117,
  noSuchSOPClass: 0x0118,
  sopClassNotSupported: 0x0122,
  noSuchActionType: 0x0123,
  notAuthorized: 0x0124,
  unrecognizedOperation: 0x0211,
  resourceLimitation: 0x0213,
  outOfResources: 0xa700,
  dataSetDoesNotMatchSOPClass: 0xa900,
  cannotUnderstand: 0xc000,
} as const

/** Codes that stand alone. */
const SINGLE: ReadonlyMap<number, StatusRow> = new Map([
  [0x0000, row("success", "Success", "PS3.7 C.1")],
  [0x0110, row("failure", "Processing failure", "PS3.7 C.5")],
  [0x0112, row("failure", "No such SOP Instance", "PS3.7 C.5")],
  [0x0113, row("failure", "No such event type", "PS3.7 C.5")],
  [0x0115, row("failure", "Invalid argument value", "PS3.7 C.5")],
  [
    0x0117,
    row("failure", "Invalid object instance: the SOP Instance UID breaks the rules of UIDs", "PS3.7 C.5"),
  ],
  [0x0118, row("failure", "No such SOP Class", "PS3.7 C.5")],
  [0x0119, row("failure", "Class-instance conflict", "PS3.7 C.5")],
  [0x0121, row("failure", "Missing attribute value", "PS3.7 C.5")],
  [0x0122, row("failure", "Refused: SOP Class not supported", "PS3.7 C.5")],
  [0x0123, row("failure", "No such action type", "PS3.7 C.5")],
  [0x0124, row("failure", "Refused: not authorized", "PS3.7 C.5")],
  [0x0210, row("failure", "Duplicate invocation", "PS3.7 C.5")],
  [0x0211, row("failure", "Unrecognized operation", "PS3.7 C.5")],
  [0x0212, row("failure", "Mistyped argument", "PS3.7 C.5")],
  [0x0213, row("failure", "Resource limitation", "PS3.7 C.5")],
  [0xb000, row("warning", "Coercion of data elements", "PS3.4 B.2.3")],
  [0xb006, row("warning", "Elements discarded", "PS3.4 B.2.3")],
  [0xb007, row("warning", "Data Set does not match SOP Class", "PS3.4 B.2.3")],
])

/** Codes of C-STORE that come as a range: first, last, row. */
const RANGES: readonly (readonly [number, number, StatusRow])[] = [
  [0xa700, 0xa7ff, row("failure", "Refused: out of resources", "PS3.4 B.2.3")],
  [0xa900, 0xa9ff, row("failure", "Error: Data Set does not match SOP Class", "PS3.4 B.2.3")],
  [0xc000, 0xcfff, row("failure", "Error: cannot understand", "PS3.4 B.2.3")],
]

/** What a status of C-ECHO, C-STORE, N-ACTION or N-EVENT-REPORT says; null for a code neither standard gives. */
export function explainStatus(code: number): StatusRow | null {
  return SINGLE.get(code) ?? RANGES.find(([first, last]) => code >= first && code <= last)?.[2] ?? null
}

/** As PS3.7 writes it: `A700H`. */
export const statusHex = (code: number): string => `${code.toString(16).toUpperCase().padStart(4, "0")}H`

/** With its meaning when a standard gives one: `A700H, Refused: out of resources`. */
export function statusInWords(code: number): string {
  const meaning = explainStatus(code)?.meaning
  const hex = statusHex(code)
  return meaning === undefined ? hex : `${hex}, ${meaning}`
}
