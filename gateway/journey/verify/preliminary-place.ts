/**
 * A preliminary document and the report that follows are versions of one set, and the report takes the place of it (RPLC). What is
 * signed is never replaced by what is not; either may come first, because nothing that is signed waits for it.
 */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { camePreliminaries } from "../cases/preliminary.ts"
import { isAddendum } from "../lineage.ts"
import type { ReportRecord } from "../records/report.ts"
import type { World } from "../world.ts"
import {
  papersBeside,
  relatedTo,
  relationsOf,
  wrongVersion,
  type EarlierPaper,
  type Newcomer,
} from "./earlier-papers.ts"

type Written = Omit<Newcomer, "written" | "reports"> & { readonly written: ImagingReport }

/**
 * One lineage for each request, and no version twice. Late, it is kept all the same: what is signed stands before it.
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export async function checkPreliminaryPlace(world: World, newcomer: Written): Promise<void> {
  const { written, request, record } = newcomer
  const reports = await world.ledger.reportsOfRequest(request.id)
  const signed = reports.filter((each) => !isAddendum(each))
  if (reports.some(({ setId }) => setId !== written.setId) && !signed.some(isOfSet(written)))
    throw wrongVersion("another report is there already")
  if (signed.some((each) => isOfSet(written)(each) && each.version <= written.versionNumber))
    throw wrongVersion("it would replace a report that is signed")
  const submissions = (await world.ledger.submissionsOf({ requestId: request.id })).filter(
    ({ id }) => id !== record.id,
  )
  const before = camePreliminaries({ submissions }).map(({ text }) => text)
  if (before.some((each) => !isOfSet(written)(each)))
    throw wrongVersion("another preliminary report is there already")
  if (before.some(({ version }) => version === written.versionNumber))
    throw wrongVersion(`version ${written.versionNumber} is there already`)
  const papers = await papersBeside(world, { record, request, reports }, "report")
  if (isRelatedToAny(newcomer, papers)) throw wrongVersion("it would replace a report that is signed")
}

/**
 * Where a final report stands that says which preliminary one it replaces: the first that is signed of its set.
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export async function finalPlace(
  world: World,
  { reports, ...newcomer }: Written & Pick<Newcomer, "reports">,
  documentId: string,
): Promise<Pick<ReportRecord, "preliminary">> {
  const { written, request, record } = newcomer
  if (written.status !== "final") throw wrongVersion("a preliminary report is no report")
  if (reports.some((each) => !isAddendum(each) && !isOfSet(written)(each)))
    throw wrongVersion("another report is there already")
  if (reports.some((each) => isOfSet(written)(each) && each.version <= written.versionNumber))
    throw wrongVersion("a report of this set is signed already")
  if (isRelatedToAny(newcomer, await papersBeside(world, { record, request, reports }, "report")))
    throw wrongVersion("a report that is signed is replaced with a reason")
  const came = await papersBeside(world, { record, request, reports }, "preliminary")
  const named = came.filter(({ document: { role, uniqueId } }) => role === "cda" && uniqueId === documentId)
  const isRight = named.every(({ submission: { private: said } }) => fits(written, said.preliminary))
  if (
    !isRight ||
    (named.length > 0 && relatedTo(newcomer, relationsOf(newcomer, "RPLC"), named).length === 0)
  )
    throw wrongVersion("it does not replace the preliminary report that was sent")
  return { preliminary: { version: written.versionNumber - 1, documentId } }
}

const isOfSet =
  ({ setId }: Pick<ImagingReport, "setId">) =>
  (other: { readonly setId: string }): boolean =>
    other.setId === setId

/** Of one that was not looked at yet only its id is known. */
const fits = (
  { setId, versionNumber }: ImagingReport,
  named: { readonly setId: string; readonly version: number } | undefined,
): boolean => named === undefined || (named.setId === setId && named.version < versionNumber)

const isRelatedToAny = (newcomer: Written, papers: readonly EarlierPaper[]): boolean =>
  (["RPLC", "APND"] as const).some(
    (relation) => relatedTo(newcomer, relationsOf(newcomer, relation), papers).length > 0,
  )
