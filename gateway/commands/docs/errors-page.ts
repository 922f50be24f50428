/** docs/errors.md: every failure by code, printed from `journey/errors.ts`, and what standards call malformed. */
import { ERRORS, type ErrorRow } from "../../journey/errors.ts"
import { EXIT } from "../../exit.ts"
import type { MalformedCode } from "./malformed-codes.ts"
import { code, page, table } from "./markdown.ts"

export function errorsPage(malformed: readonly MalformedCode[]): string {
  return page(
    "# Errors",
    "The class says who failed, the code why. The failure class decides what happens by itself: **transient** is tried " +
      "again; **ambiguous** is tried again too, which is safe because a retry is byte-identical and the peer recognises it " +
      "by SubmissionSet.uniqueId and hashes; **permanent** waits for a person (and is looked at again every hour). " +
      "No message holds patient data.",
    ...classes().flatMap(([who, rows]) => [`## ${who}`, errorTable(rows)]),
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.values(EXIT).map(({ code: number, meaning }) => [String(number), meaning]),
    ),
    "## Malformed",
    "What a standard says is wrong with bytes or values. Whoever reads them answers in the protocol's own words " +
      "(A-ABORT, C-STORE status, RegistryError); the code stands in the log.",
    table(
      ["code", "clause"],
      malformed.map(({ code: name, clauses }) => [code(name), clauses.join("; ")]),
    ),
  )
}

function classes(): [string, [string, ErrorRow][]][] {
  const entries: [string, ErrorRow][] = Object.entries(ERRORS)
  return [...Map.groupBy(entries, ([, { who }]) => who)]
}

function errorTable(rows: readonly [string, ErrorRow][]): string {
  return table(
    ["code", "failure", "meaning", "what to do", "what the peer sees"],
    rows.map(([name, { failure, meaning, action, peer }]) => [
      code(name),
      failure,
      meaning,
      action,
      peer === "-" ? "" : peer,
    ]),
  )
}
