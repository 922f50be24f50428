/** Acknowledgement: 受領 at the hospital, told to the reading centre in a sealed, signed submission of its own. */
import {
  readAcknowledgement,
  writeAcknowledgement,
  type Acknowledgement,
} from "../../standards/notice/acknowledgement.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { isLive } from "../live-slot.ts"
import type { ContentsOf } from "../submit/package.ts"
import { readWhole } from "../read-whole.ts"
import { notice } from "./receipt.ts"
import { documentOf } from "../submit/report-documents.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { requestOf, subjectOf } from "../subject.ts"
import type { EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

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

/** The version that was received says so at the centre, by whom and when; an earlier one as well as the latest. */
export const acknowledgementEffect: EffectOf = async (world, record, documents) => {
  const document = found(
    documents.find((each) => each.role === "acknowledgement"),
    "acknowledgement in this submission",
  )
  const said = readAcknowledgement(await readWhole(world.spool, document.place))
  if (said.kind !== "received")
    throw new ContentError("ERR_DOCUMENTS", "only the receipt of a report (受領) is agreed")
  return {
    signature: null,
    follow: () => take(world, record, said),
  }
}

async function take(
  world: World,
  record: SubmissionRecord,
  said: Acknowledgement,
): Promise<readonly Change[]> {
  const versions = await world.ledger.reportsOfRequest((await requestOf(world, record)).id)
  const report = versions.find(
    (each) =>
      each.setId === said.reportSetId && each.version === said.reportVersion && each.status !== "draft",
  )
  if (report === undefined)
    throw new ContentError("ERR_OTHER_SUBJECT", "the acknowledgement names no report of this request")
  // Lost with its spool: that it was received stands with this submission.
  if (!isLive(world, report.slotId)) return []
  const seen: ReportRecord = {
    ...report,
    acknowledgedAt: said.at,
    acknowledgedBy: said.by.name,
    acknowledgedSeenAt: world.clock.now().toISOString(),
  }
  return [{ put: "report", record: seen }]
}
