/** One process at a time has a data folder open: a lock of the kernel's, gone with the process whatever its end. */
import { closeSync, openSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3"
import { LedgerError } from "../../journey/errors.ts"

const NAME = "in-use.sqlite"
const OWNER_ONLY = 0o600

export interface Claim {
  release(): void
}

/** Throws ERR_STORE_IN_USE, or ERR_LEDGER when the lock cannot be tried. SQLite's own, on an empty file: Node has no flock(2). */
export function claim(dataDir: string): Claim {
  const path = join(dataDir, NAME)
  closeSync(openSync(path, "a", OWNER_ONLY))
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec("BEGIN EXCLUSIVE")
  } catch (cause) {
    db.close()
    const isBusy = cause instanceof Database.SqliteError && cause.code.startsWith("SQLITE_BUSY")
    throw isBusy
      ? new LedgerError("ERR_STORE_IN_USE", `${dataDir} is open in another process`, { cause })
      : new LedgerError("ERR_LEDGER", `${dataDir} cannot be locked`, { cause })
  }
  return { release: () => db.close() }
}
