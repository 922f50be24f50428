/**
 * What is kept of a gateway in an incident, as text: states without names, and what the machine tells of itself. Read only: a
 * gateway that runs is not disturbed, one that does not need not be started.
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import Database from "better-sqlite3"
import { systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { lookAt } from "../../doctor/checks.ts"
import type { Site } from "../../site/site.ts"
import { readLevers } from "../../storage/levers/levers-file.ts"
import { VERSION } from "../../version.ts"
import { probe } from "../doctor/probe.ts"

/** Of a file its name and text. */
export type Exhibit = readonly [name: string, text: string]

const ASKED: readonly (readonly [string, ...string[]])[] = [
  ["nft", "list", "ruleset"],
  ["ss", "-Htunap"],
  ["ip", "address"],
  ["ip", "rule"],
  ["ip", "route", "show", "table", "all"],
  ["ip", "neigh"],
  ["swanctl", "--list-sas", "--noblock"],
  ["ps", "-eo", "pid,ppid,user,lstart,args"],
]
const TIMEOUT_MS = 10_000
const MOST_OUTPUT_BYTES = 16 << 20

const LEDGER = {
  book: "SELECT commits, spool_id AS spoolId FROM book",
  studies: "SELECT state, count(*) AS count FROM study GROUP BY state",
  submissions:
    "SELECT id, direction, agreement, set_uid AS submissionSetUid, state FROM submission ORDER BY id",
  jobs: "SELECT verb, subject, run_at AS runAt FROM job ORDER BY run_at, id",
} as const

export async function exhibits(
  config: Config,
  site: Site | null,
  takenBy: string,
): Promise<readonly Exhibit[]> {
  const now = systemClock.now()
  const { role, dataDir } = config
  const about = {
    role,
    site: config.site.oid,
    program: VERSION,
    node: process.version,
    at: now.toISOString(),
    takenBy,
  }
  const looked = lookAt({ site, config, machine: await probe(site, config, "/"), now }, [])
  return [
    ["about.json", json(about)],
    ["levers.json", json(readLevers(dataDir))],
    ["ledger.json", json(ledgerStates(join(dataDir, "ledger.sqlite")))],
    ["doctor.json", json(looked)],
    ["machine.txt", ASKED.map(answerOf).join("\n")],
  ]
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`

/** No sealed column is opened, and no keyed hash leaves. */
function ledgerStates(path: string): Readonly<Record<keyof typeof LEDGER, readonly unknown[]>> {
  const ledger = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const all = (sql: string): readonly unknown[] => ledger.prepare(sql).all()
    const { book, studies, submissions, jobs } = LEDGER
    return { book: all(book), studies: all(studies), submissions: all(submissions), jobs: all(jobs) }
  } finally {
    ledger.close()
  }
}

function answerOf([program, ...args]: readonly [string, ...string[]]): string {
  const { stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: MOST_OUTPUT_BYTES,
  })
  const told = error === undefined ? `${stdout}${stderr}` : `${error.message}\n`
  return `# ${[program, ...args].join(" ")}\n${told}`
}
