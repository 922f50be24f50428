/** Sessions: how long a person who logged in stays logged in. */
import type { Database } from "better-sqlite3"
import type { DeviceRule } from "../../journey/ports/devices.ts"
import type { LoginBy, Person, SessionRefusal } from "../../journey/ports/person.ts"
import * as sql from "./statements.ts"

export interface SessionLimits {
  /** A session ends after this much time without activity. */
  readonly idleMs: number
  /** A session ends this long after login, whatever happens. */
  readonly absoluteMs: number
  /** `registered`: a session lives on a device on record, and no longer than the device counts. */
  readonly deviceRule: DeviceRule
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
  readonly deviceId: string | null
  readonly deviceLabel: string | null
  readonly qualifiedUntil: string | null
  /** null = the session names no device. */
  readonly deviceCounts: 0 | 1 | null
}

interface Opening {
  readonly personId: string
  readonly idSha256: Buffer
  readonly passkey: string | null
  readonly certificate: string | null
  readonly deviceId: string | null
}

/** All instants in milliseconds UTC; a session is known by the SHA-256 of its id. */
export class Sessions {
  readonly #database: Database
  readonly #limits: SessionLimits

  constructor(database: Database, limits: SessionLimits) {
    this.#database = database
    this.#limits = limits
  }

  /** null = opened. What opens it is judged in the statement that does, so that no loss comes between. */
  open(opening: Opening, now: number): SessionRefusal | null {
    const anyDevice = this.#limits.deviceRule === "any" ? 1 : 0
    return this.#database.transaction(() => {
      if (this.#run(sql.insertSession, { ...opening, anyDevice, now }) === 0) return this.#refusalOf(opening)
      this.#run(sql.countDeviceUse, { deviceId: opening.deviceId, now })
      return null
    })()
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
    const device = row.deviceCounts === null ? this.#limits.deviceRule === "any" : row.deviceCounts === 1
    return device && now - row.seenAt < this.#limits.idleMs && now - row.openedAt < this.#limits.absoluteMs
  }

  #refusalOf({ passkey, certificate, personId }: Opening): SessionRefusal {
    const statement = this.#database.prepare<[object], Record<"passkey" | "card", 0 | 1>>(sql.doKeysCount)
    const counts = statement.get({ passkey, certificate, personId })
    if (counts?.passkey !== 1) return "passkey"
    return counts.card === 1 ? "device" : "card"
  }

  #row(idSha256: Buffer): SessionRow | null {
    return this.#database.prepare<[object], SessionRow>(sql.sessionById).get({ idSha256 }) ?? null
  }

  /** @returns rows that changed */
  #run(statement: string, parameters: object): number {
    return this.#database.prepare<[object]>(statement).run(parameters).changes
  }
}

function personOf(row: SessionRow): Person {
  const { id, login, name, role, openedAt, loggedInBy, deviceId, deviceLabel, qualifiedUntil } = row
  return {
    id,
    login,
    name,
    role,
    loggedInAt: new Date(openedAt).toISOString(),
    ...(loggedInBy === "passkey" ? {} : { loggedInBy }),
    ...(deviceId === null ? {} : { device: { id: deviceId, label: deviceLabel ?? "", qualifiedUntil } }),
  }
}
