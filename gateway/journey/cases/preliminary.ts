/**
 * Preliminary documents (仮報告, ADR 0035): what a reader says before the report is signed, under the seal of the reading centre. It
 * is a submission of a kind of its own and never a report: what asks for the reports of a case does not meet it.
 */
import type { Agreement } from "../agreement.ts"
import { isAddendum } from "../lineage.ts"
import type { ReleasedPreliminary, ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { PreliminaryText, SubmissionRecord } from "../records/submission.ts"
import { isOver } from "../route.ts"
import { holds } from "../verify/verify.ts"
import type { CaseFile } from "./cases.ts"

type Reports = Pick<CaseFile, "reports">

/** Both sides ask: what a centre may not release its hospital does not take. */
export const isPreliminaryAgreed = (
  { preliminaryReports = "none" }: Pick<Agreement, "preliminaryReports">,
  { urgency }: Pick<RequestRecord, "urgency">,
): boolean => preliminaryReports === "all" || (preliminaryReports === "stat" && urgency === "STAT")

/** Signed, and nothing is known against it: at the reading centre nobody judges what was signed there. */
const counts = ({ status, private: { signature } }: ReportRecord): boolean =>
  status !== "draft" && (signature === null || holds(signature.outcome))

/** The report that has taken the place of whatever was said before it: its newest version, which may not be the first. */
export const finalAmong = ({ reports }: Reports): ReportRecord | null =>
  reports
    .filter((each) => !isAddendum(each) && counts(each))
    .reduce<ReportRecord | null>((a, b) => (a !== null && a.version > b.version ? a : b), null)

/** One that came to the hospital, and what it says. */
export interface CamePreliminary {
  readonly submission: SubmissionRecord
  readonly text: PreliminaryText
}

/** Those whose seal holds, by version; the last is the one that counts. They may have come in any order. */
export const camePreliminaries = ({ submissions }: Pick<CaseFile, "submissions">): CamePreliminary[] =>
  submissions
    .flatMap((submission): CamePreliminary[] => {
      const { direction, kind, state, private: kept } = submission
      const isHere = direction === "in" && kind === "preliminary" && state === "verified"
      return isHere && kept.preliminary !== undefined ? [{ submission, text: kept.preliminary }] : []
    })
    .sort((a, b) => a.text.version - b.text.version)

/** At the reading centre: the newest that was released of this case. */
export const releasedPreliminary = ({ reports }: Reports): ReleasedPreliminary | null =>
  reports.flatMap(({ private: { preliminaries = [] } }) => preliminaries).at(-1) ?? null

/** Since when a signed report is awaited after a preliminary one, at either side; null = none is, or the case is over. ISO 8601. */
export function finalAwaitedSince(
  file: Pick<CaseFile, "request" | "reports" | "submissions">,
): string | null {
  const { request } = file
  if (request.recalledAt !== undefined || isOver(request.state) || finalAmong(file) !== null) return null
  return releasedPreliminary(file)?.at ?? camePreliminaries(file).at(-1)?.submission.verifiedAt ?? null
}

/** The report that stands says something else than the preliminary one that was read before it. */
export function isChanged(file: Pick<CaseFile, "reports" | "submissions">): boolean {
  const said = camePreliminaries(file).at(-1)?.text
  const final = finalAmong(file)
  if (said === undefined || final === null) return false
  const { findings, impression } = final.private.draft
  return findings.trim() !== said.findings.trim() || impression.trim() !== said.impression.trim()
}
