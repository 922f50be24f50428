/**
 * Freeze: CDA and PDF are made once, sealed, and shown. What is signed is exactly these bytes; the passkey assertion is
 * over their digests.
 */
import { writeImagingReport } from "../../standards/cda/imaging-report.ts"
import { MIME } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { openDraft, stateAfter } from "./draft.ts"
import { ReportError } from "../errors.ts"
import { hex, uuid, uuidOid } from "../ids.ts"
import { PREPARED_MS } from "./prepared.ts"
import { checkReleasable } from "./releasable.ts"
import { reportContent } from "./report-content.ts"
import { sealBytes } from "../submit/pack.ts"
import type { ReportContent } from "../ports/drawing.ts"
import type { Person } from "../ports/person.ts"
import type { PreparedAs, ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { DocumentRole } from "../records/submission.ts"
import {
  discardFrozen,
  frozenOwner,
  ownedDocument,
  unfrozen,
  type ReportDocument,
} from "../submit/report-documents.ts"
import { targetOf } from "../subject.ts"
import type { PreparedReport } from "../views/reading.ts"
import type { World } from "../world.ts"

/** @throws ReportError ERR_REPORT_STATE, ERR_REPORT_GLYPH; DeskError */
export async function prepare(
  world: World,
  person: Person,
  requestId: string,
  expectedVersion: number,
  as: PreparedAs = "report",
): Promise<Omit<PreparedReport, "passkey"> & { intent: Uint8Array }> {
  const report = await openDraft(world, person, requestId)
  checkDraft(report, expectedVersion)
  const { request, study } = await caseInHand(world, requestId)
  if (as === "preliminary") checkReleasable(world, request, report)
  const at = world.clock.now()
  const content = await reportContent(world, { by: person, at, report, request, study }, as)
  const documents = await freeze(world, report, content)
  const prepareId = uuid(world.chance)
  const digests = { cda: digestOf(documents, "cda"), pdf: digestOf(documents, "pdf") }
  const intent = intentOf(INTENT[as], world, prepareId, report, person, digests)
  const record: ReportRecord = {
    ...report,
    status: stateAfter("prepare", report),
    prepareId,
    preparedAt: at.toISOString(),
    preparedAs: as,
    private: {
      ...report.private,
      documents,
      keyImages: content.keyImages.length,
      intent: Buffer.from(intent).toString("base64"),
    },
  }
  await keepInPlaceOf(world, report, record, prepareId)
  return {
    prepareId,
    reportId: report.id,
    version: report.version,
    cdaSha256: digests.cda,
    pdfSha256: digests.pdf,
    ...termFrom(at),
    patient: study.private.patient,
    draft: report.private.draft,
    intent,
  }
}

const termFrom = (at: Date): Pick<PreparedReport, "frozenAt" | "expiresAt"> => ({
  frozenAt: at.toISOString(),
  expiresAt: new Date(at.getTime() + PREPARED_MS).toISOString(),
})

/** It is what its reader saw, and says something. */
function checkDraft({ draftVersion, private: { draft } }: ReportRecord, expectedVersion: number): void {
  if (draftVersion !== expectedVersion)
    throw new ReportError("ERR_REPORT_STATE", "the draft was changed elsewhere; look at it again")
  const { impression, addendum } = draft
  if ((addendum ?? impression).trim() === "")
    throw new ReportError(
      "ERR_REPORT_STATE",
      `the ${addendum === undefined ? "impression" : "addendum"} is empty`,
    )
}

/** One that is being read, and whose images are here. */
async function caseInHand(
  world: World,
  requestId: string,
): Promise<{ readonly request: RequestRecord; readonly study: StudyRecord }> {
  const request = found(await world.ledger.request(requestId), "case")
  const study = found(await world.ledger.study(targetOf(request) ?? ""), "study")
  if (study.state === "expired")
    throw new ReportError("ERR_REPORT_STATE", "the images of this case have reached the end of their term")
  if (request.state !== "inProgress") throw new ReportError("ERR_REPORT_STATE", "the case is not being read")
  return { request, study }
}

const digestOf = (documents: readonly ReportDocument[], role: DocumentRole): string =>
  found(
    documents.find((each) => each.role === role),
    role,
  ).sha256

/** What was frozen before goes. */
async function keepInPlaceOf(
  world: World,
  before: ReportRecord,
  record: ReportRecord,
  prepareId: string,
): Promise<void> {
  const owner = frozenOwner(record.id, prepareId)
  await world.ledger.commit([
    { put: "report", record },
    ...unfrozen(before),
    ...record.private.documents.map((each, ordinal) => ownedDocument(owner, ordinal, each)),
  ])
  await discardFrozen(world, before)
}

const INTENT: Readonly<Record<PreparedAs, string>> = {
  report: "sign-intent-v1",
  preliminary: "release-intent-v1",
}

/** What the passkey signs: what for, every id and digest of this act, and a nonce. */
function intentOf(
  what: string,
  world: World,
  prepareId: string,
  report: ReportRecord,
  person: Person,
  digests: { readonly cda: string; readonly pdf: string },
): Uint8Array {
  const nonce = Buffer.from(world.chance.bytes(16)).toString("hex")
  const lines = [
    what,
    prepareId,
    report.id,
    String(report.version),
    digests.cda,
    digests.pdf,
    person.id,
    nonce,
  ]
  return new TextEncoder().encode(lines.join("\n"))
}

/** CDA and PDF sealed under the request's slot; durable when it resolves. */
async function freeze(world: World, report: ReportRecord, content: ReportContent) {
  const bodies = [
    { role: "cda", uniqueId: content.documentId, mimeType: MIME.xml, bytes: writeImagingReport(content) },
    {
      role: "pdf",
      uniqueId: uuidOid(world.chance),
      mimeType: MIME.pdf,
      bytes: await world.draughtsman.renderReport(content),
    },
  ] as const
  const segment = await world.spool.openSegment(report.slotId, "reserved")
  const documents: ReportDocument[] = []
  try {
    for (const { role, uniqueId, mimeType, bytes } of bodies) {
      const subject = { StudyInstanceUID: content.study.StudyInstanceUID }
      const object = await sealBytes(world, subject, { uniqueId, SOPClassUID: "", mimeType }, bytes, segment)
      documents.push({ role, uniqueId, place: object.place, sha256: hex(object.facts.sha256) })
    }
    await segment.sync()
  } finally {
    await segment.close()
  }
  return documents
}
