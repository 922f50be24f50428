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

/** A line for each, and below it what to do; then how many of each. */
export function asText(all: readonly Looked[]): string {
  const mark = { ok: "ok     ", fault: "FAULT  ", unseen: "unseen " } as const
  const lines = all.flatMap(({ outcome, name, ids, seen, todo }) => [
    `${mark[outcome]} ${name.padEnd(20)} ${ids.join(" ")}`,
    `        ${seen}`,
    ...(todo === "" ? [] : [`        → ${todo}`]),
  ])
  const count = (outcome: Looked["outcome"]): number => all.filter((each) => each.outcome === outcome).length
  return [...lines, "", `${count("ok")} ok, ${count("fault")} faults, ${count("unseen")} unseen`, ""].join(
    "\n",
  )
}
