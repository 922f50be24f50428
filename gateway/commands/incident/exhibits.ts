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

/** Of what is listed one by one; what is older, or due later, is in the counts alone. */
export const MOST_LISTED = 20_000

const LEDGER = {
  book: "SELECT commits, spool_id AS spoolId FROM book",
  studies: "SELECT state, count(*) AS count FROM study GROUP BY state",
  submissionsByState: "SELECT direction, state, count(*) AS count FROM submission GROUP BY direction, state",
  jobsByVerb: "SELECT verb, count(*) AS count, min(run_at) AS firstRunAt FROM job GROUP BY verb",
  submissions: `SELECT id, direction, agreement, set_uid AS submissionSetUid, state, created_at AS createdAt
    FROM submission ORDER BY created_at DESC, id LIMIT ${MOST_LISTED}`,
  jobs: `SELECT verb, subject, run_at AS runAt FROM job ORDER BY run_at, id LIMIT ${MOST_LISTED}`,
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

/**
 * As they are at one instant, while the gateway writes on. No sealed column is opened, and no keyed hash leaves.
 *
 * @param read told of each question that was answered
 */
export function ledgerStates(
  path: string,
  read: () => void = () => undefined,
): Readonly<Record<string, readonly unknown[]>> {
  const ledger = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const answers = ledger.transaction(() =>
      Object.entries(LEDGER).map(([name, sql]): [string, unknown[]] => {
        const rows = ledger.prepare(sql).all()
        read()
        return [name, rows]
      }),
    )
    return Object.fromEntries(answers())
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
