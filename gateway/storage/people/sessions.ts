/** Sessions: how long a person who logged in stays logged in. */
import type { Database } from "better-sqlite3"
import type { LoginBy, Person } from "../../journey/ports/person.ts"
import * as sql from "./statements.ts"

export interface SessionLimits {
  /** A session ends after this much time without activity. */
  readonly idleMs: number
  /** A session ends this long after login, whatever happens. */
  readonly absoluteMs: number
}

/**
 * Activity is written down at most this often, as a share of the idle time: a reader who scrolls asks for
 * hundreds of frames, and each write is an fsync. A session may end early by this much, never late.
 */
const TOUCH_SHARE = 1 / 20

const LONG_AGO = 0

interface SessionRow extends Person {
  readonly loggedInBy: LoginBy
  readonly openedAt: number
  readonly seenAt: number
}

/** All instants in milliseconds UTC; a session is known by the SHA-256 of its id. */
export class Sessions {
  readonly #database: Database
  readonly #limits: SessionLimits

  constructor(database: Database, limits: SessionLimits) {
    this.#database = database
    this.#limits = limits
  }

  open(personId: string, idSha256: Buffer, by: LoginBy, now: number): void {
    this.#run(sql.insertSession, { idSha256, personId, by, now })
  }

  /** Who sits there; this was activity. Null when unknown or over a limit, and then neither activity nor a clock brings it back. */
  touch(idSha256: Buffer, now: number): Person | null {
    const row = this.#row(idSha256)
    if (row === null) return null
    if (!this.#lives(row, now)) {
      this.#run(sql.touchSession, { idSha256, now: LONG_AGO })
      return null
    }
    if (now - row.seenAt >= this.#limits.idleMs * TOUCH_SHARE) this.#run(sql.touchSession, { idSha256, now })
    return personOf(row)
  }

  /** Who sits there; this was no activity. */
  peek(idSha256: Buffer, now: number): Person | null {
    const row = this.#row(idSha256)
    return row !== null && this.#lives(row, now) ? personOf(row) : null
  }

  /** Over a limit; whoever records that forgets them afterwards, so that the table stays as small as the staff. */
  ended(now: number): readonly { readonly key: string; readonly person: Person }[] {
    return this.#database
      .prepare<[], SessionRow & { readonly idSha256: Buffer }>(sql.allSessions)
      .all()
      .filter((row) => !this.#lives(row, now))
      .map((row) => ({ key: row.idSha256.toString("hex"), person: personOf(row) }))
  }

  /** One that has ended by itself stays for `ended`. */
  close(idSha256: Buffer, now: number): void {
    if (this.peek(idSha256, now) !== null) this.forget(idSha256)
  }

  forget(idSha256: Buffer): void {
    this.#run(sql.deleteSession, { idSha256 })
  }

  #lives(row: SessionRow, now: number): boolean {
    return now - row.seenAt < this.#limits.idleMs && now - row.openedAt < this.#limits.absoluteMs
  }

  #row(idSha256: Buffer): SessionRow | null {
    return this.#database.prepare<[object], SessionRow>(sql.sessionById).get({ idSha256 }) ?? null
  }

  #run(statement: string, parameters: object): void {
    this.#database.prepare<[object]>(statement).run(parameters)
  }
}

function personOf(row: SessionRow): Person {
  const { id, login, name, role, openedAt, loggedInBy } = row
  const loggedInAt = new Date(openedAt).toISOString()
  return { id, login, name, role, loggedInAt, ...(loggedInBy === "passkey" ? {} : { loggedInBy }) }
}
