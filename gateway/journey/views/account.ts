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
