/** A change of accounts or devices, and what the audit trail is to be told of it: both or neither. */
import { randomUUID } from "node:crypto"
import type { Database } from "better-sqlite3"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import * as sql from "./statements.ts"

/**
 * In one transaction; what changed nothing is not told.
 *
 * @param change returns how much changed
 * @returns the same
 */
export function changeTold(database: Database, event: AuditEvent, change: () => number): number {
  return database.transaction(() => {
    const changed = change()
    if (changed > 0) tell(database, event)
    return changed
  })()
}

/** Within a transaction of the caller's. */
export function tell(database: Database, event: AuditEvent): void {
  const parameters = { key: `account/${randomUUID()}`, event: JSON.stringify(event) }
  database.prepare<[object]>(sql.insertUntold).run(parameters)
}
