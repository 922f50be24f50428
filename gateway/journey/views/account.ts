/** Accounts and their certificates, as those who answer for them see them. */

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

/** The officer's page: every account, by login. */
export interface AccountsView {
  readonly accounts: readonly AccountView[]
  readonly serverTime: string
}
