/** What has waited longer than it should: a report for its signature, or a signature for its time stamp (ADR 0026, 0033). */
import { isLate, pendingSince } from "../submit/pending-stamps.ts"
import { awaitedSignatures } from "./awaited-signatures.ts"
import type { CaseFile } from "./cases.ts"

/** When each was signed, or approved, ISO 8601; the oldest first. */
export const lateSignatures = (files: readonly CaseFile[], now: Date): readonly string[] =>
  files
    .flatMap((file) => [...pendingSince(file.reports), ...awaitedSignatures(file).map(({ at }) => at)])
    .filter((at) => isLate(at, now))
    .sort()
