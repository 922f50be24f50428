/** Every check, in the order an inspector would walk. */
import { CONTACTS, POLICY, RETENTION } from "./agreed.ts"
import { BACKUP } from "./backup.ts"
import type { Area, Check, Facts, Finding } from "./check.ts"
import { NETWORK } from "./network.ts"
import { CRYPTO, HOST, TIME, TLS } from "./others.ts"

export const CHECKS: readonly Check[] = [
  ...NETWORK,
  ...TLS,
  ...CRYPTO,
  ...TIME,
  ...HOST,
  ...POLICY,
  ...RETENTION,
  ...CONTACTS,
  ...BACKUP,
]

export interface Looked extends Finding {
  readonly name: string
  readonly ids: readonly string[]
  readonly asks: string
}

/** @param areas [] = all */
export const lookAt = (facts: Facts, areas: readonly Area[]): readonly Looked[] =>
  CHECKS.filter(({ name }) => areas.length === 0 || areas.some((area) => name.startsWith(`${area}.`))).map(
    (check) => ({ name: check.name, ids: check.ids, asks: check.asks, ...check.look(facts) }),
  )

/**
 * How many of each first; then what is wrong, each with what was seen and what to do; what nobody could see, once for each
 * reason; and at the end what is right.
 */
export function asText(all: readonly Looked[]): string {
  const of = (outcome: Looked["outcome"]): Looked[] => all.filter((each) => each.outcome === outcome)
  const [faults, unseen, right] = [of("fault"), of("unseen"), of("ok")]
  const blocks = [
    [
      `${faults.length} ${faults.length === 1 ? "fault" : "faults"}, ${unseen.length} unseen, ${right.length} ok`,
    ],
    faults.flatMap((each) => [`FAULT   ${head(each)}`, ...below(each)]),
    [...Map.groupBy(unseen, ({ seen, todo }) => `${seen}\n${todo}`).values()].flatMap(unseenTogether),
    right.flatMap((each) => [`ok      ${head(each)}`, `        ${each.seen}`]),
  ]
  return `${blocks
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`
}

const head = ({ name, ids }: Looked): string => `${name.padEnd(20)} ${ids.join(" ")}`.trimEnd()
const below = ({ seen, todo }: Looked): string[] => [
  `        ${seen}`,
  ...(todo === "" ? [] : [`        → ${todo}`]),
]

/** Without a site file a dozen checks have one reason between them: they are named, a line for each area. */
function unseenTogether(alike: readonly Looked[]): string[] {
  const [first] = alike
  if (first === undefined) return []
  const areas = Map.groupBy(alike, ({ name }) => name.split(".")[0])
  const named = [...areas.values()].map((each) => `unseen  ${each.map(({ name }) => name).join(" ")}`)
  return [...named, ...below(first)]
}
