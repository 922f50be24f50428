/** The file under the ledger: how it is opened, and how its tables come to be. */
import { closeSync, openSync } from "node:fs"
import Database from "better-sqlite3"
import { LedgerError } from "../../journey/errors.ts"
import { MIGRATIONS } from "./schema.ts"
import { SQL, type StatementName } from "./queries.ts"

const BUSY_TIMEOUT_MS = 5000
const OWNER_ONLY = 0o600

/** Prepared once, by name. */
export type Statements = (name: StatementName) => Database.Statement

/** Opens or makes the file. Throws ERR_LEDGER when a newer program wrote it: going back is restoring a backup. */
export function openDatabase(path: string): Database.Database {
  // SQLite gives -wal and -shm the mode of the database file, so the first open decides for all three.
  closeSync(openSync(path, "a", OWNER_ONLY))
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.pragma("foreign_keys = ON")
  db.pragma("trusted_schema = OFF")
  db.pragma("cell_size_check = ON")
  migrate(db)
  return db
}

function migrate(db: Database.Database): void {
  const version = db.pragma("user_version", { simple: true }) as number
  if (version > MIGRATIONS.length) {
    db.close()
    throw new LedgerError("ERR_LEDGER", `the ledger is of version ${version}, newer than this program`)
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
}

export function statements(db: Database.Database): Statements {
  const prepared = new Map<StatementName, Database.Statement>()
  return (name) => {
    const known = prepared.get(name) ?? db.prepare(SQL[name])
    prepared.set(name, known)
    return known
  }
}

/** Keyed hash of identifiers: finds them again, tells nobody without the key what they are. */
export type IndexHash = (...parts: readonly string[]) => Buffer
