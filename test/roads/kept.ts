/** What a gateway keeps, seen from outside: files of its spool, rows of its ledger. */
import { existsSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import Database from "better-sqlite3"
import { filesBelow } from "../peers/canary.ts"
import type { Road, Role } from "./road.ts"

const TABLES = ["study", "instance", "request", "submission", "document", "report", "certificate"] as const

export interface Kept {
  /** Segment and length in bytes. */
  readonly segments: readonly string[]
  readonly slots: number
  readonly rows: Readonly<Record<(typeof TABLES)[number], number>>
}

export function kept(road: Road, role: Role): Kept {
  const files = filesBelow(join(road.dataDir(role), "spool", "objects")).filter((file) =>
    file.endsWith(".seg"),
  )
  return {
    segments: files
      .flatMap((file) => (existsSync(file) ? [`${basename(file)} ${statSync(file).size}`] : []))
      .sort(),
    slots: new Set(files.map((file) => basename(join(file, "..")))).size,
    rows: read(road, role, (ledger) =>
      Object.fromEntries(
        TABLES.map((table) => [
          table,
          ledger.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
        ]),
      ),
    ) as Kept["rows"],
  }
}

/** A look into the ledger beside the running gateway: SQLite lets readers by in WAL mode. */
export function read<T>(road: Road, role: Role, look: (ledger: Database.Database) => T): T {
  const ledger = new Database(join(road.dataDir(role), "ledger.sqlite"), { readonly: true })
  try {
    return look(ledger)
  } finally {
    ledger.close()
  }
}
