/**
 * What has waited longer than it should: a report for its signature, a signature for its time stamp, or whoever read a preliminary
 * report for the signed one (ADR 0026, 0033, 0035).
 */
import { isLate, pendingSince } from "../submit/pending-stamps.ts"
import { awaitedSignatures } from "./awaited-signatures.ts"
import { finalAwaitedSince } from "./preliminary.ts"
import type { CaseFile } from "./cases.ts"

/** When each was signed, approved, or came, ISO 8601; the oldest first. */
export const lateSignatures = (files: readonly CaseFile[], now: Date): readonly string[] =>
  files
    .flatMap((file) => [...pendingSince(file.reports), ...awaitedSince(file)])
    .filter((at) => isLate(at, now))
    .sort()

/** One report is awaited once, by whomever. */
function awaitedSince(file: CaseFile): readonly string[] {
  const approved = awaitedSignatures(file).map(({ at }) => at)
  const since = finalAwaitedSince(file)
  return approved.length > 0 || since === null ? approved : [since]
}
