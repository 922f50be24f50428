/** The documents of a report: sealed under the request's slot, each with a row before any submission carries it. */
import { found } from "../desk-guards.ts"
import { LeverError } from "../errors.ts"
import { parentAmong, parentOf, type Parent } from "../lineage.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRecord, DocumentRole } from "../records/submission.ts"
import type { World } from "../world.ts"

export type ReportDocument = ReportRecord["private"]["documents"][number]

/** Throws DeskError ERR_NOT_FOUND. */
export const documentOf = (report: ReportRecord, role: DocumentRole): ReportDocument =>
  found(
    report.private.documents.find((each) => each.role === role),
    `${role} of this report`,
  )

export interface RelatedReport {
  readonly relation: Parent["relation"]
  readonly report: ReportRecord
}

/** The document that this one replaces, or is added to; null of the first of a case. */
export async function parentReport(world: World, report: ReportRecord): Promise<RelatedReport | null> {
  const parent = parentOf(report)
  if (parent === null) return null
  const reports = await world.ledger.reportsOfRequest(report.requestId)
  return { relation: parent.relation, report: found(parentAmong(reports, report), "earlier document") }
}

/** A row so that roll-forward knows the frame although no submission carries it yet. `owner`: see below. */
export function ownedDocument(owner: string, ordinal: number, document: ReportDocument): Change {
  const record: DocumentRecord = {
    submissionId: owner,
    ordinal,
    role: document.role,
    uniqueId: document.uniqueId,
    entryUUID: "",
    place: document.place,
    hash: "",
    sizeBytes: 0,
    sha256: document.sha256,
    clearMimeType: "",
    private: { envelopePrefix: "", envelopeSuffix: "" },
  }
  return { put: "document", record }
}

/** Owner of what was frozen under this prepareId, until it is signed. */
export const frozenOwner = (reportId: string, prepareId: string): string => `report/${reportId}/${prepareId}`
export const signatureOwner = (reportId: string): string => `report/${reportId}/signature`

/** Of the hospital's long-term copies, by version. */
export const longTermOwner = (reportId: string): string => `report/${reportId}/long-term`

/** Is it of what was frozen, and not of what was signed? */
export function isFrozenOwner(owner: string): boolean {
  const reportId = /^report\/([^/]+)\/[^/]+$/.exec(owner)?.[1]
  return reportId !== undefined && owner !== signatureOwner(reportId) && owner !== longTermOwner(reportId)
}

/** What was frozen and not signed: its rows go with the commit that replaces it, and then its segment. */
export function unfrozen({ id, prepareId }: ReportRecord): Change[] {
  return prepareId === null ? [] : [{ remove: "documents", submissionId: frozenOwner(id, prepareId) }]
}

/** After that commit. Left undone by a crash, or while nothing may be destroyed, roll-forward does it. */
export async function discardFrozen(world: World, report: ReportRecord): Promise<void> {
  if (report.prepareId === null) return
  const segments = new Map(report.private.documents.map(({ place }) => [place.segmentId, place.slotId]))
  try {
    for (const [segmentId, slotId] of segments) await world.spool.discardSegment(slotId, segmentId)
  } catch (error) {
    if (!(error instanceof LeverError)) throw error
  }
}
