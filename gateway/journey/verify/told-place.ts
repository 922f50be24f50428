/** Where a report without a CDA document stands: its metadata say which one it replaces, or is added to. */
import { uidOfName } from "../../standards/dicom/name-uid.ts"
import {
  awaited,
  relatedTo,
  relationsOf,
  reportThatHolds,
  wrongVersion,
  type EarlierPaper,
  type Newcomer,
  type Place,
} from "./earlier-papers.ts"
import { addedTo } from "../lineage.ts"
import type { ReportRecord } from "../records/report.ts"
import type { World } from "../world.ts"

/**
 * Null while what it is added to is not here, or has no verdict.
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export function toldPlace(world: World, newcomer: Newcomer, earlier: readonly EarlierPaper[]): Place | null {
  const { record, request, reports } = newcomer
  // Whatever its verdict: a correction takes its place.
  const replaced = relatedTo(newcomer, relationsOf(newcomer, "RPLC"), earlier).find(
    ({ report }) => report !== null,
  )
  if (replaced?.report) return placeAfter(replaced.report, reports)
  const added = relationsOf(newcomer, "APND")
  if (added.length > 0) {
    const brought = relatedTo(newcomer, added, earlier)
    const to = reportThatHolds(brought)
    if (to === null) return awaited(world, newcomer, brought)
    const setId = uidOfName(record.submissionSetUid, "addendum-set")
    return { setId, version: 1, status: "appended", appends: addedTo(to) }
  }
  if (reports.length > 0) throw wrongVersion("a report is there already, and this one does not replace it")
  return { setId: uidOfName(request.id, "report-set"), version: 1, status: "final" }
}

/** A version of an addendum is added to what that was added to. */
function placeAfter({ setId, appends }: ReportRecord, reports: readonly ReportRecord[]): Place {
  const versions = reports.filter((each) => each.setId === setId).map(({ version }) => version)
  return {
    setId,
    version: 1 + Math.max(...versions),
    status: "corrected",
    ...(appends === undefined ? {} : { appends }),
  }
}
