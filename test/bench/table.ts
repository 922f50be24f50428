/** The figures as a table: for a terminal, and for docs/bench.md as it is. */
import { reached, type Figure } from "./figure.ts"

const HEADINGS = ["figure", "unit", "ours", "peer", "of", "ratio", "spread", "floor", "aim", "reached"]

export function table(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`)
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`
  return [lines[0], rule, ...lines.slice(1)].join("\n")
}

function cells(one: Figure): string[] {
  const sign = one.bound === "at most" ? "≤" : "≥"
  const limit = (value: number | null): string => (value === null ? "" : `${sign} ${value}`)
  return [
    one.figure,
    one.unit,
    short(one.ours),
    one.peer === null ? "" : short(one.peer),
    one.peerName,
    one.ratio === null ? "" : one.ratio.toFixed(2),
    one.spread.map(short).join("–"),
    limit(one.floor),
    limit(one.aim),
    reached(one),
  ]
}

/** Three significant digits at most: more would be noise. */
const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))
