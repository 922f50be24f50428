/**
 * What came home for a request before a newcomer, and how the newcomer's metadata are related to it: by its entryUUID, or
 * among the references (RPLC, APND: ITI TF-3 4.2.2.2.3).
 */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import type { Association } from "../../standards/xds/submission.ts"
import { isReplacing, targetsAmong } from "../accept/relationships.ts"
import { ContentError } from "../errors.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { holds } from "./verify.ts"
import type { World } from "../world.ts"

/** A report that came in, and the reports that came before it. */
export interface Newcomer {
  readonly record: SubmissionRecord
  readonly request: RequestRecord
  /** Its CDA document, where that can be read; else its PDF. */
  readonly paper: DocumentRecord
  /** Null without a CDA document that can be read: then the metadata say where it belongs. */
  readonly written: ImagingReport | null
  readonly reports: readonly ReportRecord[]
}

/** Where it belongs: fields of its record. */
export type Place = Pick<ReportRecord, "setId" | "version" | "status" | "appends" | "preliminary">

/** A CDA document or a PDF that came for the same request. */
export interface EarlierPaper {
  readonly document: DocumentRecord
  readonly submission: SubmissionRecord
  /** Null while it has no verdict, and of what ended unusable. */
  readonly report: ReportRecord | null
}

export const earlierPapers = (world: World, newcomer: Newcomer): Promise<readonly EarlierPaper[]> =>
  papersBeside(world, newcomer, "report")

/** Those that came in submissions of this kind. */
export async function papersBeside(
  { ledger }: World,
  { record, request, reports }: Pick<Newcomer, "record" | "request" | "reports">,
  kind: "report" | "preliminary",
): Promise<readonly EarlierPaper[]> {
  const beside = await ledger.submissionsOf({ requestId: request.id, kind })
  const came = beside.filter(({ id, direction }) => direction === "in" && id !== record.id)
  const papers = await Promise.all(
    came.map(async (submission) => {
      const report = reports.find(({ submissionId }) => submissionId === submission.id) ?? null
      const documents = await ledger.documents(submission.id)
      return documents.filter(isPaper).map((document) => ({ document, submission, report }))
    }),
  )
  return papers.flat()
}

const isPaper = ({ role }: DocumentRecord): boolean => role === "cda" || role === "pdf"

export type ParentRelation = "RPLC" | "APND"

const isOf = (relation: ParentRelation, { type }: Association): boolean =>
  relation === "RPLC" ? isReplacing(type) : type === "APND"

/** What the metadata say of the newcomer's own paper. */
export const relationsOf = (
  { record: { private: said }, paper }: Pick<Newcomer, "record" | "paper">,
  relation: ParentRelation,
): readonly Association[] =>
  (said.submission?.associations ?? []).filter(
    (each) => isOf(relation, each) && each.source === paper.entryUUID,
  )

/** The papers that one of these relations of the newcomer is to. */
export function relatedTo(
  { record, paper }: Pick<Newcomer, "record" | "paper">,
  relations: readonly Association[],
  earlier: readonly EarlierPaper[],
): readonly EarlierPaper[] {
  const { submission } = record.private
  if (submission === null) return []
  const documentEntries = submission.documentEntries.filter(({ entryUUID }) => entryUUID === paper.entryUUID)
  return earlier.filter(({ document }) => {
    const targetOf = targetsAmong([document], { documentEntries })
    return relations.some((each) => targetOf(each) !== null)
  })
}

/**
 * What can be added to: only what holds, because the addendum is shown beside it. While that cannot be told it is awaited, as
 * `awaited` says; what does not hold was refused.
 */
export const reportThatHolds = (brought: readonly EarlierPaper[]): ReportRecord | null =>
  brought.find(({ report }) => holds(report?.private.signature?.outcome))?.report ?? null

/** Our own sender keeps their order; another's report may have to be given up and sent again by a person. */
const PARENT_AWAITED_MS = 7 * 24 * 60 * 60 * 1000

/**
 * Null: what a newcomer is related to may still come, and it is looked at again. Not for ever: until it is judged its request
 * is kept, and whoever sent it believes that it arrived.
 *
 * @throws ContentError ERR_REPORT_VERSION when all that brought it ended unusable, or it has been waited for long enough
 */
export function awaited(
  { clock }: World,
  { record: { acceptedAt, createdAt } }: Newcomer,
  brought: readonly EarlierPaper[],
): null {
  if (brought.length > 0 && brought.every(({ submission }) => submission.state === "failed"))
    throw wrongVersion("what it is related to was refused")
  return waitedTooLong({ clock }, { acceptedAt, createdAt })
}

/** Null: not yet. @throws ContentError ERR_REPORT_VERSION */
export function waitedTooLong(
  { clock }: Pick<World, "clock">,
  { acceptedAt, createdAt }: Pick<SubmissionRecord, "acceptedAt" | "createdAt">,
): null {
  if (clock.now().getTime() - Date.parse(acceptedAt ?? createdAt) > PARENT_AWAITED_MS)
    throw wrongVersion("what it is related to did not come")
  return null
}

export const wrongVersion = (why: string): ContentError => new ContentError("ERR_REPORT_VERSION", why)
