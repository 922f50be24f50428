/** Certificates of accounts, with what the audit trail is to be told of each change in the same transaction. */
import type { Database } from "better-sqlite3"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { Binding, BindingAct, BindingUse, Confirmation } from "../../journey/ports/bindings.ts"
import type { Person } from "../../journey/ports/person.ts"
import * as sql from "./statements.ts"
import { changeTold } from "./told.ts"
import { sha256Hex } from "../../standards/sha256.ts"

interface BindingRow extends Person {
  readonly use: BindingUse
  readonly fingerprint: string
  readonly certificate: Buffer
  readonly seenAt: number
  readonly confirmedAt: number | null
  readonly confirmedBy: string | null
  readonly revokedAt: number | null
  readonly revokedBy: string | null
  readonly reason: string | null
}

export class CertificateBindings {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): readonly Binding[] {
    return this.#database.prepare<[], BindingRow>(sql.everyBinding).all().map(bindingOf)
  }

  holder(fingerprint: string, use: BindingUse): Person | null {
    return this.#database.prepare<[object], Person>(sql.holderOf).get({ fingerprint, use }) ?? null
  }

  saw(login: string, use: BindingUse, certificate: Uint8Array, now: number): void {
    const fingerprint = sha256Hex(certificate)
    this.#change(sql.seeBinding, { login, use, fingerprint, certificate: Buffer.from(certificate), now })
  }

  confirm({ event, at, isAnew, ...act }: Confirmation, evidence: string): boolean {
    const values = { ...act, at: at.getTime(), evidence, anew: isAnew ? 1 : 0 }
    const change = (): number => this.#change(sql.confirmBinding, values)
    return changeTold(this.#database, event, change) > 0
  }

  /** What a card had opened ends with it. */
  revoke({ event, at, login, fingerprint, by }: BindingAct, reason: string): boolean {
    const change = (): number => {
      this.#change(sql.deleteCardSessions, { login, fingerprint })
      return this.#change(sql.revokeBinding, { login, fingerprint, by, at: at.getTime(), reason })
    }
    return changeTold(this.#database, event, change) > 0
  }

  untold(): readonly { readonly key: string; readonly event: AuditEvent }[] {
    const rows = this.#database.prepare<[], { readonly key: string; readonly event: string }>(sql.everyUntold)
    return rows.all().map(({ key, event }) => ({ key, event: JSON.parse(event) as AuditEvent }))
  }

  told(key: string): void {
    this.#change(sql.deleteUntold, { key })
  }

  /** @returns rows that changed */
  #change(statement: string, parameters: object): number {
    return this.#database.prepare<[object]>(statement).run(parameters).changes
  }
}

function bindingOf(row: BindingRow): Binding {
  const { id, login, name, role, use, fingerprint, certificate } = row
  return {
    person: { id, login, name, role },
    use,
    fingerprint,
    certificate: new Uint8Array(certificate),
    seenAt: instant(row.seenAt),
    confirmed: row.confirmedAt === null ? null : { at: instant(row.confirmedAt), by: row.confirmedBy ?? "" },
    revoked:
      row.revokedAt === null
        ? null
        : { at: instant(row.revokedAt), by: row.revokedBy ?? "", reason: row.reason ?? "" },
  }
}

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()
