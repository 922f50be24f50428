/** What is found of a package, part by part. */
import type { ImagingReport } from "../cda/report-content.ts"
import { type Verdict, outcomeOf } from "../dsg/verdict.ts"
import { isTestPolicy } from "../hpki/profile.ts"
import type { VerdictTest } from "../hpki/verdict-test.ts"
import type { OpenedPackage } from "./package-files.ts"
import type { EvidenceTrust } from "./trust.ts"

export const PART_NAMES = [
  "package",
  "report",
  "lineage",
  "submission",
  "images",
  "receipt",
  "acknowledgement",
] as const

export interface JudgedPart {
  readonly name: (typeof PART_NAMES)[number]
  /** Which of them: a document's uniqueId, or a submission's; "" where there is but one. */
  readonly about: string
  /** What waits for a newer list or a time stamp is not valid yet: there is nobody here to wait. */
  readonly outcome: "valid" | "indeterminate" | "invalid"
  /** Who signed it, and when; null for what is no signature. */
  readonly verdict: Verdict | null
  readonly tests: readonly VerdictTest[]
}

/** A report whose own signature is valid, with exactly the octets it was found valid for. */
export interface JudgedReport {
  readonly content: ImagingReport
  readonly cda: Uint8Array
  readonly pdf: Uint8Array
  readonly verdict: Verdict
}

export interface Judging {
  readonly opened: OpenedPackage
  readonly trust: EvidenceTrust
  readonly now: Date
}

export function part(
  name: JudgedPart["name"],
  about: string,
  tests: readonly VerdictTest[],
  verdict: Verdict | null = null,
): JudgedPart {
  const outcome = outcomeOf(tests)
  return {
    name,
    about,
    outcome: outcome === "valid" || outcome === "invalid" ? outcome : "indeterminate",
    verdict,
    tests,
  }
}

/** Its signer's certificate was made for tests, and whoever verifies lets these count. */
export const isOfTestCertificate = ({ tests }: JudgedPart): boolean =>
  tests.some(({ name, outcome, detail }) => name === "policy" && outcome === "pass" && isTestPolicy(detail))

/** The worst of all; a package without a report is none. */
export function wholeOutcome(parts: readonly JudgedPart[]): JudgedPart["outcome"] {
  const outcomes = parts.map(({ outcome }) => outcome)
  if (outcomes.includes("invalid") || !parts.some(({ name }) => name === "report")) return "invalid"
  return outcomes.includes("indeterminate") ? "indeterminate" : "valid"
}
