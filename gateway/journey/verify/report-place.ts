/**
 * Where a report that came in stands among the documents of its request: which it replaces, or is added to. Its text says so
 * by ids, and the metadata say the same; without a text of its own the metadata alone.
 */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import {
  awaited,
  earlierPapers,
  relatedTo,
  relationsOf,
  reportThatHolds,
  wrongVersion,
  type EarlierPaper,
  type Newcomer,
  type ParentRelation,
  type Place,
} from "./earlier-papers.ts"
import { addedTo, isAddendum } from "../lineage.ts"
import type { ReportRecord } from "../records/report.ts"
import { finalPlace } from "./preliminary-place.ts"
import { toldPlace } from "./told-place.ts"
import type { World } from "../world.ts"

/**
 * One report per request, and addenda to it; each version once. Null while an addendum, or a version of one, has come before
 * what it is related to, or before that is known to hold: by itself it says too little to be shown. Called under the
 * request's lock: of two that come at once the second meets the first.
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export async function placeOf(world: World, newcomer: Newcomer): Promise<Place | null> {
  const earlier = await earlierPapers(world, newcomer)
  const { written } = newcomer
  if (written === null) return toldPlace(world, newcomer, earlier)
  const own = { setId: written.setId, version: written.versionNumber, status: written.status }
  const among =
    written.replacesPreliminary === undefined
      ? writtenPlace(world, { ...newcomer, written }, earlier)
      : await finalPlace(world, { ...newcomer, written }, written.replacesPreliminary)
  return among && { ...own, ...among }
}

/** With a text. */
type Written = Newcomer & { readonly written: ImagingReport }
type Appending = Pick<ReportRecord, "appends">

function writtenPlace(world: World, newcomer: Written, earlier: readonly EarlierPaper[]): Appending | null {
  const { written, reports } = newcomer
  const set = reports.find(({ setId }) => setId === written.setId)
  if (reports.some(({ setId, version }) => setId === written.setId && version === written.versionNumber))
    throw wrongVersion(`version ${written.versionNumber} is there already`)
  if (written.addendum?.appends)
    return firstOfAddendum(world, newcomer, earlier, written.addendum.appends, set)
  if (set === undefined ? written.addendum !== null : isAddendum(set))
    return replacedAddendum(world, newcomer, earlier, set)
  if (reports.some((each) => !isAddendum(each) && each.setId !== written.setId))
    throw wrongVersion("another report is there already")
  return replacedReport(newcomer, earlier)
}

type Named = NonNullable<NonNullable<ImagingReport["addendum"]>["appends"]>

/** The first version of an addendum. */
function firstOfAddendum(
  world: World,
  newcomer: Written,
  earlier: readonly EarlierPaper[],
  named: Named,
  set: ReportRecord | undefined,
): Appending | null {
  // Later versions of it wait for this one, so there are none.
  if (set !== undefined) throw wrongVersion("its set is that of another document")
  const sent = withId(earlier, named.documentId)
  const to = reportThatHolds(sent)
  if (to === null) return awaited(world, newcomer, sent)
  const isSame = (named.setId ?? to.setId) === to.setId && (named.versionNumber ?? to.version) === to.version
  if (!isSame || !isRelated(newcomer, "APND", sent))
    throw wrongVersion("it is not added to what was sent before")
  return { appends: addedTo(to) }
}

/** A later version of an addendum: it says of what it is a version, and no more of what that was added to. */
function replacedAddendum(
  world: World,
  newcomer: Written,
  earlier: readonly EarlierPaper[],
  set: ReportRecord | undefined,
): Appending | null {
  const sent = withId(earlier, newcomer.written.correction?.replacesDocumentId ?? "")
  if (set?.appends === undefined || sent.length === 0) return awaited(world, newcomer, sent)
  if (!isRelated(newcomer, "RPLC", sent)) throw wrongVersion("it does not replace what was sent before")
  return { appends: set.appends }
}

/** A version of the report. The one it replaces may never have come: then this is the first the hospital sees. */
function replacedReport(newcomer: Written, earlier: readonly EarlierPaper[]): Appending {
  const { written, reports } = newcomer
  const named = written.correction?.replacesDocumentId ?? null
  const sent = named === null ? [] : withId(earlier, named)
  if (named !== null && sent.length === 0 && reports.length === 0) return {}
  const isRight =
    sent.length === 0
      ? named === null && relationsOf(newcomer, "RPLC").length === 0
      : isRelated(newcomer, "RPLC", sent)
  if (!isRight) throw wrongVersion("it does not replace what was sent before")
  return {}
}

/** The CDA documents with this id that came for this request. */
const withId = (earlier: readonly EarlierPaper[], documentId: string): readonly EarlierPaper[] =>
  earlier.filter(({ document: { role, uniqueId } }) => role === "cda" && uniqueId === documentId)

/** The metadata say the same as the text. */
function isRelated(newcomer: Written, relation: ParentRelation, sent: readonly EarlierPaper[]): boolean {
  const related = relationsOf(newcomer, relation)
  return (
    related.length > 0 &&
    related.every((each) => relatedTo(newcomer, [each], sent).length > 0) &&
    relationsOf(newcomer, relation === "RPLC" ? "APND" : "RPLC").length === 0
  )
}
