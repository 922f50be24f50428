/** Registered devices, with what the audit trail is to be told of each change in the same transaction. */
import type { Database } from "better-sqlite3"
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { KnownDevice, OfferedDevice } from "../../journey/ports/devices.ts"
import type { DeviceView } from "../../journey/views/device.ts"
import * as sql from "./statements.ts"
import { changeTold } from "./told.ts"

interface DeviceRow {
  readonly id: string
  readonly label: string
  readonly qualifiedUntil: string | null
  readonly ownerLogin: string | null
  readonly ownerName: string | null
  readonly madeAt: number
  readonly madeBy: string
  readonly codeUntil: number
  readonly registeredAt: number | null
  readonly usedAt: number | null
  readonly revokedAt: number | null
  readonly revokedBy: string | null
  readonly reason: string | null
}

type KnownRow = Omit<KnownDevice, "publicKey"> & { readonly publicKey: Buffer }
type Offer = Omit<OfferedDevice, "code"> & { readonly codeSha256: Buffer }

export class RegisteredDevices {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): readonly DeviceView[] {
    return this.#database.prepare<[], DeviceRow>(sql.everyDevice).all().map(viewOf)
  }

  offer({ at, codeUntil, ...device }: Offer, event: AuditEvent): void {
    const times = { now: at.getTime(), codeUntil: codeUntil.getTime() }
    changeTold(this.#database, event, () => this.#change(sql.insertDevice, { ...device, ...times }))
  }

  offered(codeSha256: Buffer, now: number): DeviceView | null {
    const row = this.#database.prepare<[object], DeviceRow>(sql.offeredDevice).get({ codeSha256, now })
    return row === undefined ? null : viewOf(row)
  }

  register(codeSha256: Buffer, publicKey: Uint8Array, now: number, event: AuditEvent): boolean {
    const key = Buffer.from(publicKey)
    const change = (): number => this.#change(sql.registerDevice, { codeSha256, publicKey: key, now })
    return changeTold(this.#database, event, change) > 0
  }

  known(id: string): KnownDevice | null {
    const row = this.#database.prepare<[object], KnownRow>(sql.knownDevice).get({ id })
    return row === undefined ? null : { ...row, publicKey: new Uint8Array(row.publicKey) }
  }

  /** What was opened on it ends with it. */
  revoke(
    id: string,
    { by, reason, at }: { readonly by: string; readonly reason: string; readonly at: Date },
    event: AuditEvent,
  ): boolean {
    const change = (): number => {
      this.#change(sql.deleteDeviceSessions, { id })
      return this.#change(sql.revokeDevice, { id, by, reason, now: at.getTime() })
    }
    return changeTold(this.#database, event, change) > 0
  }

  /** @returns rows that changed */
  #change(statement: string, parameters: object): number {
    return this.#database.prepare<[object]>(statement).run(parameters).changes
  }
}

function viewOf(row: DeviceRow): DeviceView {
  const { id, label, qualifiedUntil, madeBy, ownerLogin, ownerName } = row
  return {
    id,
    label,
    qualifiedUntil,
    owner: ownerLogin === null ? null : { login: ownerLogin, name: ownerName ?? "" },
    madeAt: instant(row.madeAt),
    madeBy,
    codeUntil: row.registeredAt === null ? instant(row.codeUntil) : null,
    registeredAt: row.registeredAt === null ? null : instant(row.registeredAt),
    usedAt: row.usedAt === null ? null : instant(row.usedAt),
    revoked:
      row.revokedAt === null
        ? null
        : { at: instant(row.revokedAt), by: row.revokedBy ?? "", reason: row.reason ?? "" },
  }
}

const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()
