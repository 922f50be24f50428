/** What an import came to, for the person who has the medium in hand. */
import type { StoreResult } from "../../standards/dicomweb/store-response.ts"
import { printable } from "../printable.ts"
import type { Medium } from "./medium.ts"
import { statusHex } from "../../standards/dicom/dimse-status.ts"

export interface Imported {
  readonly name: string
  readonly became: StoreResult
  readonly status: number
  readonly comment: string
}

const ROWS: readonly (readonly [StoreResult, string])[] = [
  ["new", "stored"],
  ["same", "were here already: the same data set"],
  ["conflict", "stored beside another object of the same SOP Instance UID: a person must look"],
  ["refused", "not stored"],
]

/** Named as an image and none: what is left of one after a copy that failed. */
const spoilt = (others: readonly string[]): readonly string[] =>
  others.filter((name) => /\.(dcm|dicom|ima)$/i.test(name))

/** Everything on the medium is durable here, and nobody has to look at anything. */
export function isComplete({ others, directories }: Medium, imported: readonly Imported[]): boolean {
  return (
    spoilt(others).length === 0 &&
    imported.every(({ became }) => became === "new" || became === "same") &&
    directories.every(({ missing, fault }) => missing.length === 0 && fault === null)
  )
}

/** Lines; counts first, then every file somebody has to look at. */
export function importReport({ others, directories }: Medium, imported: readonly Imported[]): string {
  const results = imported.map((each) => ({
    ...each,
    became: each.became === "cut" ? "refused" : each.became,
  }))
  const of = (result: StoreResult) => results.filter(({ became }) => became === result)
  const missing = directories.flatMap((each) => each.missing)
  const unread = directories.flatMap(({ name, fault }) => (fault === null ? [] : [`${name}: ${fault}`]))
  const listed = directories.reduce((sum, each) => sum + each.listed, 0)
  const lines = [
    ...ROWS.map(([result, meaning]) => row(result, of(result).length, meaning)),
    ...(directories.length === 0
      ? []
      : [row("missing", missing.length, `of ${listed} that the DICOMDIR lists`)]),
    row("other", others.length, "no DICOM files, left alone"),
    ...section(
      "refused",
      of("refused").map(({ name, status, comment }) => `${name}  ${statusHex(status)} ${comment}`),
    ),
    ...section(
      "conflict",
      of("conflict").map(({ name }) => name),
    ),
    ...section("named as DICOM files, and none", spoilt(others)),
    ...section("missing", missing),
    ...section("DICOMDIR that cannot be read", unread),
  ]
  return `${lines.join("\n")}\n`
}

const row = (word: string, count: number, meaning: string): string =>
  `${word.padEnd(9)} ${String(count).padStart(6)}   ${meaning}`

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${printable(line)}`)]
