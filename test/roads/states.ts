/** In which states the things of a gateway are: its journey's table, and what stands in a ledger. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { ROUTE } from "../../gateway/journey/route.ts"
import type { Road, Role } from "./road.ts"

/** `study arriving`, `submission-out sealed`, … */
export type ThingState = string

const THINGS = ["study", "submission-out", "submission-in"] as const
/** Reached only by what this test does not do: a refusal by the partner, a signature that does not hold, a person who
 *  recalls what was sent (`test/journey/taken-back.test.ts` crashes at every operation of that). */
const NOT_ON_THIS_ROAD = new Set(["submission-out failed", "submission-in failed", "study recalled"])

/** Every state the table leads to. */
export const EVERY_STATE: readonly ThingState[] = [
  ...new Set(THINGS.flatMap((thing) => ROUTE[thing].map(({ to }) => `${thing} ${to}`))),
].filter((state) => !NOT_ON_THIS_ROAD.has(state))

const STATES = `SELECT DISTINCT 'study ' || state FROM study
  UNION SELECT DISTINCT 'submission-' || direction || ' ' || json_extract(facts, '$.state') FROM submission`

/** Watches the ledger of a running gateway; ask as often as you like. */
export class Watch {
  readonly #ledger: Database.Database
  readonly #states: Database.Statement

  constructor(road: Road, role: Role) {
    this.#ledger = new Database(join(road.dataDir(role), "ledger.sqlite"), { readonly: true })
    this.#states = this.#ledger.prepare(STATES).pluck()
  }

  states(): Set<ThingState> {
    return new Set(this.#states.all() as ThingState[])
  }

  close(): void {
    this.#ledger.close()
  }
}

/** What a dead gateway left: read from a copy, so that its next start finds everything as the crash left it. */
export function statesLeft(road: Road, role: Role): Set<ThingState> {
  const copy = mkdtempSync(join(tmpdir(), "dokuei-left-"))
  try {
    for (const name of ["ledger.sqlite", "ledger.sqlite-wal"]) {
      const from = join(road.dataDir(role), name)
      if (existsSync(from)) copyFileSync(from, join(copy, name))
    }
    const ledger = new Database(join(copy, "ledger.sqlite"))
    try {
      return new Set(ledger.prepare(STATES).pluck().all() as ThingState[])
    } finally {
      ledger.close()
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** What a ledger still has to do, for a person who looks into a failed test. */
export function underWay(road: Road, role: Role): string[] {
  const ledger = new Database(join(road.dataDir(role), "ledger.sqlite"), { readonly: true })
  const jobs =
    "SELECT id || ' due ' || run_at || ' attempts ' || attempts || ' ' || coalesce(failure_code, '') FROM job"
  const submissions = `SELECT 'submission ' || id || ' ' || direction || ' ' || json_extract(facts, '$.kind') || ' '
    || json_extract(facts, '$.state') || ' ' || coalesce(json_extract(facts, '$.failureCode'), '') FROM submission
    WHERE json_extract(facts, '$.state') NOT IN ('verified', 'accepted')`
  const studies = "SELECT 'study ' || id || ' ' || state FROM study WHERE state NOT IN ('closed', 'expired')"
  const lines = [jobs, submissions, studies].flatMap((sql) => ledger.prepare(sql).pluck().all() as string[])
  ledger.close()
  return [`${role}, ${new Date().toISOString()}`, ...lines.map((line) => `  ${line}`)]
}
