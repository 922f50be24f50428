/** What those who answer for accounts may see and take away; nothing of it is a patient's. */
import type { AccountsView, DeviceWanted, DeviceCode } from "../views/account.ts"
import type { AuditEvent } from "./audit.ts"
import type { Person } from "./person.ts"

/** A passkey of an account, without the key. */
export interface Passkey {
  readonly id: string
  readonly addedAt: Date
  /** null = never. */
  readonly usedAt: Date | null
}

/** Accounts as a whole, and what can be taken from one of them. */
export interface Accounts {
  persons(): Promise<readonly Person[]>
  passkeys(personId: string): Promise<readonly Passkey[]>
  /** A device is lost: its passkey (null = all, and what else opens the desk) opens nothing more, every session of the account ends. How many are gone. */
  lose(personId: string, credentialId: string | null, event: AuditEvent): Promise<number>
}

/** One certificate of one account. */
export interface NamedCertificate {
  readonly login: string
  readonly fingerprint: string
}

/** What steps offer to officers. */
export interface OfficerDesk {
  accounts(officer: Person): Promise<AccountsView>
  /**
   * What an officer agrees to with a passkey: the challenge is SHA-256 of it. Good for one gesture.
   *
   * @throws DeskError ERR_NOT_FOUND, ERR_NOT_ALLOWED for a certificate of the officer's own
   */
  confirmation(officer: Person, which: NamedCertificate): Promise<Uint8Array>
  /** @param evidence what was agreed to, and the passkey's assertion over it. Throws as `confirmation` */
  confirm(officer: Person, which: NamedCertificate, evidence: string): Promise<void>
  /** Throws DeskError ERR_NOT_FOUND, also when it was revoked before. */
  revoke(officer: Person, which: NamedCertificate, reason: string): Promise<void>
  /** A device is lost. Throws DeskError ERR_NOT_FOUND when the account has no such passkey. */
  lost(
    officer: Person,
    which: { readonly login: string; readonly passkey: string },
    reason: string,
  ): Promise<void>
  /** What an officer agrees to before a device gets a code, as `confirmation`. Throws DeskError ERR_NOT_FOUND when its owner has no account. */
  deviceConfirmation(officer: Person, wanted: DeviceWanted): Promise<Uint8Array>
  /** A code for a device that is to be registered, good once. @param evidence as of `confirm`. Throws as `deviceConfirmation` */
  offerDevice(officer: Person, wanted: DeviceWanted, evidence: string): Promise<DeviceCode>
  /** A device is lost, or its code was not meant. Throws DeskError ERR_NOT_FOUND, also when it was taken away before. */
  revokeDevice(officer: Person, id: string, reason: string): Promise<void>
}
