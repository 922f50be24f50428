/** Which document of a case stands beside the page, and what is known of its signature. */
import type { StaffDetail, StaffReport } from "../../../gateway/journey/views/staff.ts"
import type { Verdict } from "../../../gateway/journey/views/verdict.ts"
import { documentName } from "../../words/document-name.ts"
import { worst } from "../../words/verdict.ts"
import type { Verification } from "./side.ts"

/** One that stands, or one that was replaced. */
export type Shown = Omit<StaffReport, "report"> &
  Pick<StaffDetail, "report"> & { readonly isEarlier: boolean }

/** When somebody at this page had a document's signature checked once more. */
export interface CheckedAgain {
  readonly reportId: string
  readonly at: Date
  readonly signature: Verdict
  readonly seal: Verdict
}

/** What stands: the report, and its addenda in their order. */
export function standing(detail: StaffDetail): readonly StaffReport[] {
  const { report } = detail
  return report === null ? [] : [{ ...detail, report }, ...detail.addenda]
}

export const nameOf = ({ version, addendum }: StaffReport["report"]): string =>
  documentName(addendum === undefined ? { version } : { version, addendum: addendum.number }, "whole")

/** What has taken the place of an earlier version: the newest of the same document. */
export function successor(detail: StaffDetail, { report, isEarlier }: Shown): StaffReport["report"] | null {
  if (!isEarlier || report === null) return null
  const number = report.addendum?.number
  return standing(detail).find((each) => each.report.addendum?.number === number)?.report ?? null
}

/** @param chosen a document somebody has chosen to look at; null = the newest that is to be received, or the report */
export function shownOf(detail: StaffDetail, chosen: string | null): Shown {
  const earlier = detail.earlier.find(({ report }) => report.reportId === chosen)
  if (earlier !== undefined) return { ...earlier, isEarlier: true }
  const documents = standing(detail)
  const wanted = documents.find(({ report }) => report.reportId === chosen)
  const open = documents.findLast(({ acknowledgement }) => acknowledgement === null)
  return { ...(wanted ?? open ?? detail), isEarlier: false }
}

/** The last answer counts; nothing may turn a verdict the list already knows to be bad into a good one. */
export function verificationOf(
  detail: StaffDetail,
  shown: Shown,
  checked: CheckedAgain | null,
): Verification {
  const fresh = checked?.reportId === shown.report?.reportId ? checked : null
  const signature = fresh?.signature ?? shown.signature
  const seal = fresh?.seal ?? shown.seal
  const known = detail.versions.find(({ reportId }) => reportId === shown.report?.reportId)
  const listed = fresh === null && !shown.isEarlier ? (known?.verdict ?? null) : null
  return {
    signature,
    seal,
    outcome: worst([signature?.outcome, seal?.outcome, listed]),
    testCertificate: shown.testCertificate,
    checkedAgainAt: fresh?.at ?? null,
  }
}
