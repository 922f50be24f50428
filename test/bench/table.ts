/** The figures as tables: for a terminal, and for docs/bench.md as they are. */
import { reached, type Figure, type Verdict } from "./figure.ts"

const HEADINGS = ["figure", "unit", "ours", "peer", "of", "ratio", "spread", "floor", "aim", "reached"]

/** What was compared with one peer has a row; what was compared with several has one row for all of them, in a table before. */
export function tables(figures: readonly Figure[]): string {
  const byName = Map.groupBy(figures, (one) => one.figure)
  const ofSeveral = [...byName.values()].filter(({ length }) => length > 1)
  const ofOne = [...byName.values()].filter(({ length }) => length === 1).flat()
  return [
    ...(ofSeveral.length === 0 ? [] : [sideBySide(ofSeveral)]),
    ...(ofOne.length === 0 ? [] : [table([HEADINGS, ...ofOne.map(cells)])]),
  ].join("\n\n")
}

/** A column for each peer: its own figure, our ratio to it with its spread, and what was reached. */
function sideBySide(groups: readonly (readonly Figure[])[]): string {
  const peers = [...new Set(groups.flatMap((group) => group.map(({ peerName }) => peerName)))]
  const rows = groups.map((group) => {
    const [first] = group
    if (first === undefined) return []
    const cellOf = (peerName: string): string => {
      const one = group.find((each) => each.peerName === peerName)
      return one === undefined ? "" : compared(one)
    }
    return [first.figure, first.unit, ourCell(group), ...peers.map(cellOf)]
  })
  return table([["figure", "unit", "ours", ...peers.map((peer) => `${peer} · ours ÷ its (spread)`)], ...rows])
}

/** Something absolute was promised of ours, whoever stands beside it. */
function ourCell(group: readonly Figure[]): string {
  const absolute = group.find(({ judged, floor }) => judged === "ours" && floor !== null)
  const ours = short(group[0]?.ours ?? Number.NaN)
  return absolute === undefined ? ours : `${ours} ${limits(absolute)}`
}

function compared(one: Figure): string {
  if (one.peer === null || one.ratio === null) return "not taken"
  const said = `${short(one.peer)} · ${one.ratio.toFixed(2)} (${spreadOf(one)})`
  return one.judged === "ratio" && one.floor !== null ? `${said} ${limits(one)}` : said
}

const WORDS: Readonly<Record<Verdict, string>> = { aim: "aim", floor: "floor", missed: "missed", "-": "" }
const limits = (one: Figure): string => `${limit(one, one.floor)}: ${WORDS[reached(one)]}`

function table(rows: readonly (readonly string[])[]): string {
  const [headings = []] = rows
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`)
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`
  return [lines[0], rule, ...lines.slice(1)].join("\n")
}

function cells(one: Figure): string[] {
  return [
    one.figure,
    one.unit,
    short(one.ours),
    one.peer === null ? "" : short(one.peer),
    one.peerName,
    one.ratio === null ? "" : one.ratio.toFixed(2),
    spreadOf(one),
    limit(one, one.floor),
    limit(one, one.aim),
    reached(one),
  ]
}

const limit = ({ bound }: Figure, value: number | null): string =>
  value === null ? "" : `${bound === "at most" ? "≤" : "≥"} ${value}`

const spreadOf = ({ spread }: Figure): string => spread.map(short).join("–")

/** Three significant digits at most: more would be noise. */
const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))
