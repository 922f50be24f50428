/** The verdict over a signature: all tests, and the one word they come to. */
import type { VerdictTest } from "../hpki/verdict-test.ts"

/**
 * valid-pending: nothing speaks against it, but a time stamp or a newer revocation list is awaited · unsigned: there is no
 * signature, and none was agreed.
 */
export type VerdictOutcome = "valid" | "valid-pending" | "indeterminate" | "invalid" | "unsigned"

/** XAdES: signed · time-stamped · with certificates and revocation lists · stamped anew for the archive. */
export type SignatureLevel = "BES" | "T" | "X-L" | "A"

export interface Verdict {
  readonly outcome: VerdictOutcome
  /** "hpki" = a person's signature; "seal" = 施設シール（HPKI署名ではない）; "none" = nobody's. */
  readonly kind: "hpki" | "qualified" | "seal" | "none"
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

/** Tests that, while `unknown`, only make a verdict wait: a time stamp; a newer list for the signer, or for a stamp of any kind. */
const AWAITED = /^(time-stamp|(time-stamp-((archive|references)-)?)?newer-crl)$/

/** All or nothing: one failure is `invalid`, anything undecided is not `valid`. */
export function outcomeOf(tests: readonly VerdictTest[]): VerdictOutcome {
  if (tests.length === 0 || tests.some(({ outcome }) => outcome === "fail")) return "invalid"
  const undecided = tests.filter(({ outcome }) => outcome === "unknown")
  if (undecided.length === 0) return "valid"
  return undecided.every(({ name }) => AWAITED.test(name)) ? "valid-pending" : "indeterminate"
}

/** What must hold before a submission is accepted; the others may follow and decide receipt or refusal notice. */
export const IMMEDIATE_TESTS: readonly string[] = [
  "structure",
  "algorithms",
  "references",
  "signed-properties",
  "signing-certificate",
  "signature-value",
  "exact-set",
  "digest",
  "submission-set",
  "pin",
]

/** The immediate tests that did not pass; empty = the submission's content may be kept. */
export const immediateFaults = (verdict: Verdict): readonly VerdictTest[] =>
  verdict.tests.filter(({ name, outcome }) => IMMEDIATE_TESTS.includes(name) && outcome !== "pass")
