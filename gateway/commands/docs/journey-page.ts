/** docs/journey.md: the way of a study, printed from `journey/route.ts`. */
import { ROUTE, type Row, type Thing } from "../../journey/route.ts"
import { code, page, table } from "./markdown.ts"

const TITLES: Readonly<Record<Thing, string>> = {
  study: "A study",
  "submission-out": "A submission on its way out",
  "submission-in": "A submission that came in",
  case: "A reading case",
  report: "A report",
  commitment: "A storage commitment",
  delivery: "A report on its way to the archive",
}

export function journeyPage(): string {
  const things = Object.keys(ROUTE) as Thing[]
  return page(
    "# The journey",
    "The way of a study and of its report is a table: for a thing in a state, an event leads to the next state and " +
      "makes a verb due. The table is `gateway/journey/route.ts`; what it does not list does not happen. Studies and " +
      "reports walk the same rows, and neither role has a row of its own. One runner (`gateway/journey/run.ts`) takes " +
      "what is due and commits new state, next job and audit row in one transaction.",
    ...things.flatMap((thing) => [`## ${TITLES[thing]}`, diagram(ROUTE[thing]), rows(ROUTE[thing])]),
  )
}

function diagram(list: readonly Row[]): string {
  const lines = list.map(({ from, to, event }) => `    ${from === "-" ? "[*]" : from} --> ${to}: ${event}`)
  return ["```mermaid", "stateDiagram-v2", ...lines, "```"].join("\n")
}

function rows(list: readonly Row[]): string {
  return table(
    ["state", "event", "next state", "verb due", "why"],
    list.map(({ from, event, to, verb, why }) => [
      from === "-" ? "–" : code(from),
      code(event),
      code(to),
      verb === null ? "" : code(verb),
      why,
    ]),
  )
}
