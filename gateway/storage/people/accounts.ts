/** Accounts: persons, the one-use codes and the passkeys they enrol, and their wrong answers. Synchronous. */
import { randomUUID } from "node:crypto"
import type { Database } from "better-sqlite3"
import type { Credential, Person } from "../../journey/ports/person.ts"
import * as sql from "./statements.ts"

/** Wrong answers by one person within the window that lock this person out. */
export const LOCKOUT_FAILURES = 5
export const LOCKOUT_WINDOW_MS = 15 * 60_000

export type OwnedCredential = Credential & { readonly personId: string }

interface CredentialRow {
  readonly id: string
  readonly personId: string
  readonly publicKey: Buffer
  readonly counter: number
  /** JSON array of strings. */
  readonly transports: string
}

/** All instants in milliseconds UTC; a code is known by its SHA-256. */
export class Accounts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  person(id: string): Person | null {
    return this.#database.prepare<[object], Person>(sql.personById).get({ id }) ?? null
  }

  persons(): readonly Person[] {
    return this.#database.prepare<[], Person>(sql.everyPerson).all()
  }

  enrol(person: Omit<Person, "id">, codeSha256: Buffer, expiresAt: number): Person {
    const upsert = this.#database.prepare<[object], Person>(sql.upsertPerson)
    return this.#database.transaction(() => {
      const kept = upsert.get({ ...person, id: randomUUID() })
      if (kept === undefined) throw new Error("INSERT … RETURNING gave no row")
      this.#run(sql.insertEnrolment, { codeSha256, personId: kept.id, expiresAt })
      return kept
    })()
  }

  enrolling(codeSha256: Buffer, now: number): Person | null {
    return this.#database.prepare<[object], Person>(sql.openEnrolment).get({ codeSha256, now }) ?? null
  }

  /** False when the code was used or expired meanwhile; a credential that cannot be kept leaves the code unused. */
  addCredential(codeSha256: Buffer, credential: Credential, now: number): boolean {
    const use = this.#database.prepare<[object], { readonly personId: string }>(sql.useEnrolment)
    return this.#database.transaction(() => {
      const used = use.get({ codeSha256, now })
      if (used === undefined) return false
      this.#run(sql.insertCredential, {
        id: credential.id,
        personId: used.personId,
        publicKey: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: JSON.stringify(credential.transports),
        now,
      })
      return true
    })()
  }

  credential(id: string): OwnedCredential | null {
    const row = this.#database.prepare<[object], CredentialRow>(sql.credentialById).get({ id })
    return row === undefined ? null : credentialOf(row)
  }

  credentialsOf(personId: string): readonly OwnedCredential[] {
    return this.#database
      .prepare<[object], CredentialRow>(sql.credentialsOfPerson)
      .all({ personId })
      .map(credentialOf)
  }

  countUse(id: string, counter: number, now: number): void {
    this.#run(sql.countUse, { id, counter, now })
  }

  countFailure(personId: string, now: number): void {
    this.#database.transaction(() => {
      this.#run(sql.sweepFailures, { personId, before: now - LOCKOUT_WINDOW_MS })
      this.#run(sql.insertFailure, { personId, now })
    })()
  }

  locked(personId: string, now: number): boolean {
    const count = this.#database.prepare<[object], { readonly failures: number }>(sql.failuresSince)
    const failures = count.get({ personId, since: now - LOCKOUT_WINDOW_MS })?.failures ?? 0
    return failures >= LOCKOUT_FAILURES
  }

  forgetFailures(personId: string): void {
    this.#run(sql.deleteFailures, { personId })
  }

  #run(statement: string, parameters: object): void {
    this.#database.prepare<[object]>(statement).run(parameters)
  }
}

function credentialOf(row: CredentialRow): OwnedCredential {
  const transports: unknown = JSON.parse(row.transports)
  return {
    id: row.id,
    personId: row.personId,
    publicKey: new Uint8Array(row.publicKey),
    counter: row.counter,
    transports: Array.isArray(transports) ? transports.map(String) : [],
  }
}
