/** What was found of a signature, test by test. */

/** Words of the verdict; `indeterminate` is never shown as verified, `unsigned` (by agreement) never as signed. */
export type VerdictOutcome = "valid" | "valid-pending" | "indeterminate" | "invalid" | "unsigned"

export interface VerdictTest {
  /** e.g. `signature-value`, `digest`, `path`, `policy`, `hc-role`, `revocation`, `time-stamp`, `exact-set`. */
  readonly name: string
  readonly outcome: "pass" | "fail" | "unknown"
  readonly detail: string
}

export interface Verdict {
  readonly outcome: VerdictOutcome
  /** "hpki" = a person's signature; "seal" = 施設シール（HPKI署名ではない）; "none" = nobody's. */
  readonly kind: "hpki" | "seal" | "none"
  readonly holder: string
  /** Japanese name from subjectAltName directoryName, "" when absent. */
  readonly holderJapanese: string
  /** hcRole text, e.g. "Medical Doctor"; "" for a seal. */
  readonly role: string
  readonly issuer: string
  readonly serial: string
  readonly policy: string
  readonly signedAt: string | null
  readonly timeStampedAt: string | null
  readonly checkedAt: string
  readonly tests: readonly VerdictTest[]
}
