/**
 * A verdict in plain words: which of the four outcomes is shown, and which few checks stand under it.
 * Nothing here decides validity; the gateway did. Several verdicts together are worth the worst of them.
 */
import type { Verdict, VerdictOutcome, VerdictTest } from "../../gateway/journey/views/verdict.ts"

const FROM_WORST: readonly VerdictOutcome[] = [
  "invalid",
  "indeterminate",
  "unsigned",
  "valid-pending",
  "valid",
]

/**
 * Nothing speaks against it: at most a newer list or token is awaited, or no signature is agreed. Only then is it received, or
 * taken from the page.
 */
export const isHeld = (outcome: VerdictOutcome): boolean =>
  outcome === "valid" || outcome === "valid-pending" || outcome === "unsigned"

/** The worst of what is known; `indeterminate` when nothing is: silence is never shown as verified. */
export function worst(outcomes: readonly (VerdictOutcome | null | undefined)[]): VerdictOutcome {
  return FROM_WORST.find((outcome) => outcomes.includes(outcome)) ?? "indeterminate"
}

export type SummaryName =
  | "unchanged"
  | "signer"
  | "role"
  | "revocation"
  | "time-stamp"
  | "issuer"
  | "connection"
  | "medium"
  | "unsigned"
  | "unencrypted"
  | "sealed"
  | "qualified"
  | "seal"
  | "other"
export interface SummaryTest {
  readonly name: SummaryName
  readonly outcome: VerdictTest["outcome"]
}

/** Technical tests behind each line a person reads, by the names of standards/dsg and standards/hpki. */
const BEHIND: readonly (readonly [SummaryName, readonly string[]])[] = [
  ["unchanged", ["signature-value", "references", "digest", "exact-set", "submission-set"]],
  ["connection", ["connection"]],
  ["medium", ["medium"]],
  ["unsigned", ["unsigned-agreed"]],
  ["unencrypted", ["unencrypted-agreed"]],
  ["sealed", ["sealed-agreed", "author-answers", "reader-agreed"]],
  ["signer", ["signer-is-author", "signer-agreed"]],
  ["qualified", ["qualified-agreed"]],
  ["role", ["hc-role"]],
  ["revocation", ["revocation", "newer-crl"]],
  ["time-stamp", ["time-stamp"]],
  [
    "issuer",
    [
      "path",
      "key-strength",
      "validity",
      "policy",
      "pin",
      "signing-certificate",
      "key-usage",
      "extended-key-usage",
      "basic-constraints",
      "critical-extensions",
    ],
  ],
]

const TIME_STAMP = "time-stamp"

/** The line a test stands behind. Every test has one: whatever fails is seen without opening the details. */
function lineOf(test: string): SummaryName {
  if (test.startsWith(`${TIME_STAMP}-`)) return TIME_STAMP
  return BEHIND.find(([, tests]) => tests.includes(test))?.[0] ?? "other"
}

function together(tests: readonly VerdictTest[]): VerdictTest["outcome"] {
  if (tests.some(({ outcome }) => outcome === "fail")) return "fail"
  return tests.some(({ outcome }) => outcome === "unknown") ? "unknown" : "pass"
}

const SEAL_OUTCOME: Readonly<Record<VerdictOutcome, VerdictTest["outcome"]>> = {
  valid: "pass",
  "valid-pending": "unknown",
  indeterminate: "unknown",
  invalid: "fail",
  unsigned: "unknown",
}

/**
 * Lines without any test behind them are left out: a check that was not made is not shown as passed. Tests of no line
 * (form, algorithms, hash and size of what came) are told only when they did not pass.
 */
export function summary(main: Verdict, seal: Verdict | null): SummaryTest[] {
  const names: readonly SummaryName[] = [...BEHIND.map(([name]) => name), "other"]
  const lines = names
    .map((name) => ({ name, tests: main.tests.filter((test) => lineOf(test.name) === name) }))
    .filter(({ tests }) => tests.length > 0)
    .map(({ name, tests }): SummaryTest => ({ name, outcome: together(tests) }))
    .filter(({ name, outcome }) => name !== "other" || outcome !== "pass")
  const isSealed = seal !== null && seal.outcome !== "unsigned"
  return !isSealed ? lines : [...lines, { name: "seal", outcome: SEAL_OUTCOME[seal.outcome] }]
}

/** Who read it in, where it came on a medium and nobody looked at who sent it; else null. */
export const readInBy = ({ tests }: Verdict): string | null =>
  tests.find(({ name }) => name === "medium")?.detail ?? null

/** Was a change of the bytes found (true), ruled out (false), or not looked at (null)? */
export function changed(main: Verdict): boolean | null {
  const line = summary(main, null).find(({ name }) => name === "unchanged")
  return line === undefined || line.outcome === "unknown" ? null : line.outcome === "fail"
}
