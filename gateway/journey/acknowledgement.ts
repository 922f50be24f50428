/** Acknowledgement: 受領 at the hospital, told to the reading centre in a sealed, signed submission of its own. */
import { readAcknowledgement, writeAcknowledgement } from "../standards/notice/acknowledgement.ts"
import { found } from "./desk-guards.ts"
import { milestone } from "./milestones.ts"
import type { ContentsOf } from "./package.ts"
import { readWhole } from "./read-whole.ts"
import { notice } from "./receipt.ts"
import { documentOf } from "./report.ts"
import type { ReportRecord } from "./records.ts"
import { requestOf, subjectOf } from "./subject.ts"
import type { TakeEffect } from "./verify.ts"

export const acknowledgementContents: ContentsOf = async (world, record, agreement) => {
  const report = found(record.reportId === null ? null : await world.ledger.report(record.reportId), "report")
  const subject = await subjectOf(world, record, agreement)
  const draft = notice(world, "acknowledgement", "受領", new Uint8Array(0))
  const bytes = writeAcknowledgement({
    documentId: draft.uniqueId,
    kind: "received",
    reportDocumentId: documentOf(report, "cda").uniqueId,
    reportSetId: report.setId,
    reportVersion: report.version,
    StudyInstanceUID: subject.StudyInstanceUID,
    requestNumber: subject.requestNumber,
    by: { id: report.acknowledgedBy, name: report.acknowledgedBy },
    institution: { oid: world.site.oid, name: world.site.name },
    at: report.acknowledgedAt ?? record.createdAt,
    remark: "",
  })
  return { subject, contents: [{ ...draft, body: { bytes } }], signs: [], replaces: [] }
}

/** The version that was received says so at the centre, by whom and when. */
export const acknowledgementEffect: TakeEffect = async (world, record, documents) => {
  const document = found(
    documents.find((each) => each.role === "acknowledgement"),
    "acknowledgement",
  )
  const said = readAcknowledgement(await readWhole(world.spool, document.place))
  const request = await requestOf(world, record)
  const versions = await world.ledger.reportsOfRequest(request.id)
  const report = versions.find(
    (each) => each.setId === said.reportSetId && each.version === said.reportVersion,
  )
  if (report === undefined) return []
  const seen: ReportRecord = {
    ...report,
    acknowledgedAt: said.at,
    acknowledgedBy: said.by.name,
    acknowledgedSeenAt: world.clock.now().toISOString(),
  }
  world.notify(request.id)
  return [{ put: "report", record: seen }, milestone(request.id, "acknowledged", said.at)]
}
