/** Signatures without their time stamp (`timestamp-pending`): which, since when, and for how long nobody has to be told. */
import type { ReportRecord } from "../records/report.ts"

/** Within it a stamp is had, or people are told at both sides (ADR 0026): no outage is passed over in silence. */
export const STAMP_WITHIN_MS = 24 * 60 * 60 * 1000

/** Signed, and no time stamp was had for it. What nobody signed needs none; what does not hold is told otherwise. */
export const lacksStamp = ({ status, signedAt, stampedAt, private: { signature } }: ReportRecord): boolean =>
  status !== "draft" &&
  signedAt !== null &&
  stampedAt === null &&
  signature?.outcome !== "invalid" &&
  signature?.outcome !== "unsigned"

/** When each of them was signed, the oldest first. */
export const pendingSince = (reports: readonly ReportRecord[]): readonly string[] =>
  reports
    .filter(lacksStamp)
    .flatMap(({ signedAt }) => signedAt ?? [])
    .sort()

/** @param signedAt instant, ISO 8601 */
export const isLate = (signedAt: string, now: Date): boolean =>
  now.getTime() - Date.parse(signedAt) > STAMP_WITHIN_MS
