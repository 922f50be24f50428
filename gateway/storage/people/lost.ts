/** A lost device: its passkey, and every session of its account, are gone in one transaction with what the audit trail is told. */
import type { Database } from "better-sqlite3"
import type { Passkey } from "../../journey/ports/accounts.ts"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import * as sql from "./statements.ts"
import { tell } from "./told.ts"

export class Passkeys {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  of(personId: string): readonly Passkey[] {
    return this.#database
      .prepare<[object], { id: string; addedAt: number; usedAt: number | null }>(sql.passkeysOfPerson)
      .all({ personId })
      .map(({ id, addedAt, usedAt }) => ({
        id,
        addedAt: new Date(addedAt),
        usedAt: usedAt === null ? null : new Date(usedAt),
      }))
  }

  /** @param credentialId null = all of them, and what else opens the desk. @returns passkeys that are gone; one that is not there changes nothing */
  lose(personId: string, credentialId: string | null, event: AuditEvent): number {
    return this.#database.transaction(() => {
      const gone = this.#run(sql.deleteCredentials, { personId, credentialId })
      if (gone === 0 && credentialId !== null) return 0
      this.#run(sql.deleteSessionsOf, { personId })
      this.#run(sql.deleteEnrolmentsOf, { personId })
      tell(this.#database, event)
      return gone
    })()
  }

  #run(statement: string, parameters: object): number {
    return this.#database.prepare<[object]>(statement).run(parameters).changes
  }
}
