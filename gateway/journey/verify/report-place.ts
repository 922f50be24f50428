/**
 * Where a report that came in stands among the documents of its request: which it replaces, or is added to. By its id in the
 * text, and in the metadata by its entryUUID or among the references (RPLC, APND: ITI TF-3 4.2.2.2.3).
 */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import type { Association } from "../../standards/xds/submission.ts"
import { isReplacing, targetAmong } from "../accept/relationships.ts"
import { ContentError } from "../errors.ts"
import { isAddendum } from "../lineage.ts"
import type { DocumentRecord, ReportRecord, RequestRecord, SubmissionRecord } from "../records.ts"
import type { World } from "../world.ts"

/** Fields of its record. */
export type Place = Pick<ReportRecord, "appends">

/** A report that came in, and the documents that came before it. */
export interface Newcomer {
  readonly record: SubmissionRecord
  readonly request: RequestRecord
  readonly cda: DocumentRecord
  readonly content: ImagingReport
  readonly reports: readonly ReportRecord[]
}

/**
 * One report per request, and addenda to it; each version once. Null while an addendum, or a version of one, has come before
 * what it is related to: by itself it says too little to be shown.
 *
 * @throws ContentError ERR_REPORT_VERSION
 */
export async function placeOf(world: World, newcomer: Newcomer): Promise<Place | null> {
  const { content, reports } = newcomer
  const set = reports.find(({ setId }) => setId === content.setId)
  if (reports.some(({ setId, version }) => setId === content.setId && version === content.versionNumber))
    throw wrongVersion(`version ${content.versionNumber} is there already`)
  if (content.addendum?.appends) return addedTo(world, newcomer, content.addendum.appends.documentId, set)
  if (set === undefined ? content.addendum !== null : isAddendum(set))
    return replacedAddendum(world, newcomer, set)
  if (reports.some((each) => !isAddendum(each) && each.setId !== content.setId))
    throw wrongVersion("another report is there already")
  return replacedReport(world, newcomer)
}

/** The first version of an addendum. */
async function addedTo(
  world: World,
  newcomer: Newcomer,
  documentId: string,
  set: ReportRecord | undefined,
): Promise<Place | null> {
  const to = newcomer.reports.find(({ private: { documents } }) =>
    documents.some(({ role, uniqueId }) => role === "cda" && uniqueId === documentId),
  )
  // Later versions of it wait for this one, so there are none.
  if (set !== undefined) throw wrongVersion("its set is that of another document")
  if (to === undefined) return null
  const { appends: named } = newcomer.content.addendum ?? {}
  const isSame =
    (named?.setId ?? to.setId) === to.setId && (named?.versionNumber ?? to.version) === to.version
  const sent = await sentFor(world, newcomer.request, documentId)
  if (!isSame || !isRelated(newcomer, "APND", sent))
    throw wrongVersion("it is not added to what was sent before")
  // What is added to an addendum is added to what that was added to.
  return { appends: to.appends ?? { setId: to.setId, version: to.version } }
}

/** A later version of an addendum: it says of what it is a version, and no more of what that was added to. */
async function replacedAddendum(
  world: World,
  newcomer: Newcomer,
  set: ReportRecord | undefined,
): Promise<Place | null> {
  const sent = await sentFor(world, newcomer.request, newcomer.content.correction?.replacesDocumentId ?? "")
  if (set?.appends === undefined || sent.length === 0) return null
  if (!isRelated(newcomer, "RPLC", sent)) throw wrongVersion("it does not replace what was sent before")
  return { appends: set.appends }
}

/** A version of the report. The one it replaces may never have come: then this is the first the hospital sees. */
async function replacedReport(world: World, newcomer: Newcomer): Promise<Place> {
  const { content, reports, request } = newcomer
  const named = content.correction?.replacesDocumentId ?? null
  const earlier = named === null ? [] : await sentFor(world, request, named)
  if (named !== null && earlier.length === 0 && reports.length === 0) return {}
  const isRight =
    earlier.length === 0
      ? named === null && relationsOf(newcomer, "RPLC").length === 0
      : isRelated(newcomer, "RPLC", earlier)
  if (!isRight) throw wrongVersion("it does not replace what was sent before")
  return {}
}

const isOf = (relation: "RPLC" | "APND", { type }: Association): boolean =>
  relation === "RPLC" ? isReplacing(type) : type === "APND"

const relationsOf = (
  { record: { private: said }, cda }: Newcomer,
  relation: "RPLC" | "APND",
): readonly Association[] =>
  (said.submission?.associations ?? []).filter(
    (each) => isOf(relation, each) && each.source === cda.entryUUID,
  )

/** The metadata say the same as the text. */
function isRelated(newcomer: Newcomer, relation: "RPLC" | "APND", sent: readonly DocumentRecord[]): boolean {
  const { submission } = newcomer.record.private
  const related = relationsOf(newcomer, relation)
  return (
    submission !== null &&
    related.length > 0 &&
    related.every((each) => targetAmong(sent, submission, each) !== null) &&
    relationsOf(newcomer, relation === "RPLC" ? "APND" : "RPLC").length === 0
  )
}

/** The CDA documents with this id that came for this request. */
async function sentFor(world: World, request: RequestRecord, documentId: string): Promise<DocumentRecord[]> {
  const sent: DocumentRecord[] = []
  for (const document of await world.ledger.documentsByUniqueId(documentId)) {
    const submission = await world.ledger.submission(document.submissionId)
    const came = submission?.direction === "in" && submission.requestId === request.id
    if (came && document.role === "cda") sent.push(document)
  }
  return sent
}

const wrongVersion = (why: string): ContentError => new ContentError("ERR_REPORT_VERSION", why)
