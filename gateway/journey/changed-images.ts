/** What people are told of images that came, or were taken back, after a study was sent; louder once a report is signed. */
import type { ReportRecord, StudyRecord } from "./records.ts"
import type { Notice, NoticeCode } from "./views.ts"

type Kind = "added" | "withdrawn"
const CODES: Readonly<Record<Kind, { readonly before: NoticeCode; readonly after: NoticeCode }>> = {
  added: { before: "late-supplement", after: "late-after-report" },
  withdrawn: { before: "images-withdrawn", after: "withdrawn-after-report" },
}

export function changedImages(study: StudyRecord, reports: readonly ReportRecord[]): Notice[] {
  const signedAt = reports.findLast((each) => each.signedAt !== null)?.signedAt ?? null
  return [...told(study, "added", signedAt), ...told(study, "withdrawn", signedAt)]
}

/** Only what came after the report, when anything did: the report is silent about it. */
function told({ supplements = [] }: StudyRecord, kind: Kind, signedAt: string | null): Notice[] {
  const all = supplements.filter((each) => each[kind] > 0)
  const after = signedAt === null ? [] : all.filter(({ at }) => at > signedAt)
  const shown = after.length > 0 ? after : all
  const last = shown.at(-1)
  if (last === undefined) return []
  const count = shown.reduce((sum, each) => sum + each[kind], 0)
  const code = CODES[kind][after.length > 0 ? "after" : "before"]
  return [{ code, reason: null, count, at: last.at }]
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
