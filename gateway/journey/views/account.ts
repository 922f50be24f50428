/** Accounts, their certificates, and devices, as those who answer for them see them. */
import type { DeviceView } from "./device.ts"

/** Of a certificate, what somebody can compare with a card or a letter. */
export interface CertificateFacts {
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string
  readonly subject: string
  /** The holder's name in Japanese; "" where the certificate has none. */
  readonly holder: string
  readonly issuer: string
  /** Upper-case hex. */
  readonly serial: string
  /** hcRole texts, e.g. `Medical Doctor`. */
  readonly roles: readonly string[]
  readonly notBefore: string
  readonly notAfter: string
}

/** A certificate of an account, and how it stands. Waits = neither confirmed nor revoked. */
export interface CertificateView extends CertificateFacts {
  /** What it does for the account: signs reports, or opens the door. */
  readonly use: "signing" | "login"
  readonly seenAt: string
  readonly confirmed: { readonly at: string; readonly by: string } | null
  readonly revoked: { readonly at: string; readonly by: string; readonly reason: string } | null
}

/** A passkey as people tell one from another: by the day it was made, and the beginning of its id. */
export interface PasskeyView {
  readonly id: string
  readonly addedAt: string
  /** null = not since it was made. */
  readonly usedAt: string | null
}

export interface AccountView {
  readonly login: string
  readonly name: string
  readonly role: "radiologist" | "clerk" | "officer" | "system"
  readonly passkeys: readonly PasskeyView[]
  readonly certificates: readonly CertificateView[]
}

/** What somebody says of a device that is to be registered. */
export interface DeviceWanted {
  readonly label: string
  /** Login of who alone may use it; null = shared. */
  readonly owner: string | null
  /** YYYY-MM-DD; null = its display was not checked for diagnosis. */
  readonly qualifiedUntil: string | null
}

/** Typed at the device, or opened there as `#/device/CODE`; works once. */
export interface DeviceCode {
  readonly id: string
  /** In groups of four. */
  readonly code: string
  readonly codeUntil: string
}

/** The officer's page: every account, by login; every device, those that count first. */
export interface AccountsView {
  readonly accounts: readonly AccountView[]
  readonly devices: readonly DeviceView[]
  /** People log in on registered devices alone. */
  readonly registeredDevices: boolean
  readonly serverTime: string
}
