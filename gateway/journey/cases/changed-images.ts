/** What people are told of images that came, or were taken back, after a study was sent; louder once a report is signed. */
import type { CaseFile } from "./cases.ts"
import { cameFromPartner } from "../keep.ts"
import type { ReportRecord } from "../records/report.ts"
import type { StudyRecord, Supplement } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { Notice, NoticeCode } from "../views/notice.ts"

type Kind = "added" | "withdrawn"
const CODES: Readonly<Record<Kind, { readonly before: NoticeCode; readonly after: NoticeCode }>> = {
  added: { before: "late-supplement", after: "late-after-report" },
  withdrawn: { before: "images-withdrawn", after: "withdrawn-after-report" },
}

/** A supplement, and whether the newest signed report was written without it. */
interface Told extends Supplement {
  readonly isAfter: boolean
}

export function changedImages(
  study: StudyRecord,
  { reports, submissions }: Pick<CaseFile, "reports" | "submissions">,
): Notice[] {
  const report = reports.findLast(({ signedAt }) => signedAt !== null) ?? null
  const supplements = (study.supplements ?? []).map((each): Told => ({
    ...each,
    isAfter: report !== null && isSilentAbout(report, thereAt(study, submissions, each)),
  }))
  return [...told(supplements, "added"), ...told(supplements, "withdrawn")]
}

/** Only what came after the report, when anything did: the report is silent about it. */
function told(supplements: readonly Told[], kind: Kind): Notice[] {
  const all = supplements.filter((each) => each[kind] > 0)
  const after = all.filter(({ isAfter }) => isAfter)
  const shown = after.length > 0 ? after : all
  const last = shown.at(-1)
  if (last === undefined) return []
  const count = shown.reduce((sum, each) => sum + each[kind], 0)
  const code = CODES[kind][after.length > 0 ? "after" : "before"]
  return [{ code, reason: null, count, at: last.at }]
}

/** A report is about what was there when it was frozen; its signature comes minutes later. */
function isSilentAbout({ preparedAt, signedAt }: ReportRecord, at: string | null): boolean {
  const writtenAt = preparedAt ?? signedAt
  return at === null || (writtenAt !== null && Date.parse(at) > Date.parse(writtenAt))
}

/** When the reader had it; at the hospital, which has planned it, as the other side told. Null = not yet. */
function thereAt(
  study: StudyRecord,
  submissions: readonly SubmissionRecord[],
  { at }: Supplement,
): string | null {
  if (cameFromPartner(study)) return at
  const delivery = submissions.find(
    ({ direction, kind, state, createdAt }) =>
      direction === "out" && kind === "study" && state !== "failed" && createdAt >= at,
  )
  return delivery?.verifiedAt ?? delivery?.acceptedAt ?? null
}

/** What is missing as far as is known, and whether the hospital's devices have taken everything back. */
export function missingImages({ completeness, counting, private: header }: StudyRecord): Notice[] {
  const isTakenBack = counting === 0 && (header.rejected ?? []).length > 0
  return [
    ...(completeness?.state === "incomplete-known"
      ? [{ code: "incomplete", reason: null, count: completeness.missing } as const]
      : []),
    ...(isTakenBack ? [{ code: "nothing-left", reason: null } as const] : []),
  ]
}
