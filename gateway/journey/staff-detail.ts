/** One request with everything the hospital may see of it: report, verdicts, versions, acknowledgement, deletion. */
import type { DeliveryRecord } from "./archive-records.ts"
import type { CertificateRecord, ReportRecord, StudyRecord } from "./records.ts"
import { staffItem, type LineProgress } from "./staff-item.ts"
import type { DeletionView, DeliveryView, StaffDetail, VerdictOutcome } from "./views.ts"
import { documentOf } from "./report-documents.ts"
import { next } from "./route.ts"
import type { CaseFile } from "./case-file.ts"
import type { World } from "./world.ts"

export async function staffDetail(
  world: World,
  file: CaseFile,
  line: LineProgress,
  proposals: readonly StudyRecord[],
): Promise<StaffDetail> {
  const report = file.reports.at(-1)
  const submission = await world.ledger.submission(report?.submissionId ?? "")
  return {
    ...staffItem(world, file, line, proposals),
    request: file.request.private.text,
    report: report === undefined ? null : reportView(report),
    signature: report?.private.signature ?? null,
    seal: submission?.private.verdict ?? null,
    versions: file.reports.map((each) => ({
      reportId: each.id,
      version: each.version,
      status: each.status,
      signedAt: each.signedAt,
      readerName: each.readerName,
      verdict: each.private.signature?.outcome ?? null,
    })),
    acknowledgement: acknowledgement(file, report),
    mayRecall: file.study !== null && next("study", file.study.state, "recall") !== null,
    recall: recallOf(file),
    deletions: file.certificates.map(deletionView).reverse(),
    deliveries: report === undefined ? [] : (await world.ledger.deliveriesOf(report.id)).map(deliveryView),
  }
}

const deliveryView = ({
  channel,
  aeTitle,
  state,
  deliveredAt,
  failureCode,
}: DeliveryRecord): DeliveryView => ({
  channel,
  aeTitle,
  state,
  at: deliveredAt,
  failureCode,
})

/** The text of an invalid report is not shown. */
function reportView(report: ReportRecord): StaffDetail["report"] {
  const { signature, draft, keyImages } = report.private
  const outcome: VerdictOutcome = signature?.outcome ?? "indeterminate"
  const hidden = outcome === "invalid"
  return {
    reportId: report.id,
    version: report.version,
    status: report.status,
    findings: hidden ? "" : draft.findings,
    impression: hidden ? "" : draft.impression,
    correctionReason: hidden ? "" : draft.correctionReason,
    readerName: report.readerName,
    keyImages: hidden ? 0 : keyImages,
    pdfSha256: documentOf(report, "pdf").sha256,
  }
}

/** The reason goes with the images. */
function recallOf({ study, submissions }: CaseFile): StaffDetail["recall"] {
  if (study?.recalledAt === undefined) return null
  const said = study.private.decisions?.findLast(({ what }) => what === "recalled")
  const told = submissions.findLast(({ kind }) => kind === "recall")
  return {
    by: said?.by ?? "",
    at: study.recalledAt,
    reason: said?.reason ?? "",
    toldCenterAt: told?.acceptedAt ?? null,
  }
}

function acknowledgement(file: CaseFile, report: ReportRecord | undefined): StaffDetail["acknowledgement"] {
  if (report === undefined || report.acknowledgedAt === null) return null
  const sent = file.submissions.findLast(
    (each) => each.kind === "acknowledgement" && each.reportId === report.id && each.acceptedAt !== null,
  )
  return { by: report.acknowledgedBy, at: report.acknowledgedAt, toldCenterAt: sent?.acceptedAt ?? null }
}

export const deletionView = (certificate: CertificateRecord): DeletionView => ({
  at: certificate.at,
  what: certificate.what,
  StudyInstanceUID: certificate.private.StudyInstanceUID,
  requestNumber: certificate.private.requestNumber,
  certificate: certificate.verdict?.outcome ?? "indeterminate",
  objects: certificate.objects,
  statement: certificate.statement,
  compared: certificate.compared,
})
