/** One request with everything the hospital may see of it: report, verdicts, versions, acknowledgement, deletion. */
import { isTestPolicy } from "../../standards/hpki/profile.ts"
import type { DeliveryRecord } from "../records/archive.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { ReportRecord } from "../records/report.ts"
import type { StudyRecord } from "../records/study.ts"
import { attachmentsOf } from "./attachments.ts"
import { preliminaryViews } from "./preliminary-view.ts"
import { staffItem, type LineProgress } from "./staff-item.ts"
import type { ReportVersion } from "../views/reading.ts"
import type { DeletionView, DeliveryView, ReportView, StaffDetail, StaffReport } from "../views/staff.ts"
import type { VerdictOutcome } from "../views/verdict.ts"
import { addendumNumber, parentAmong, standing, versionViews } from "../lineage.ts"
import { next } from "../route.ts"
import type { CaseFile } from "../cases/case-file.ts"
import type { World } from "../world.ts"

export async function staffDetail(
  world: World,
  file: CaseFile,
  line: LineProgress,
  proposals: readonly StudyRecord[],
): Promise<StaffDetail> {
  const views = (reports: readonly ReportRecord[]): Promise<StaffReport[]> =>
    Promise.all(reports.map((each) => staffReport(world, file, each)))
  const stand = standing(file.reports)
  const [report, ...addenda] = await views(stand)
  return {
    ...staffItem(world, file, line, proposals),
    ...(report ?? NO_REPORT),
    request: file.request.private.text,
    addenda,
    ...preliminaryViews(file),
    earlier: await views(file.reports.filter((each) => !stand.includes(each))),
    versions: versionViews(file.reports).map((each) => ({ ...each, verdict: outcomeOf(file, each) })),
    mayRecall: file.study !== null && next("study", file.study.state, "recall") !== null,
    recall: recallOf(file),
    deletions: file.certificates.map(deletionView).reverse(),
  }
}

const outcomeOf = ({ reports }: CaseFile, { reportId }: ReportVersion): VerdictOutcome | null =>
  reports.find(({ id }) => id === reportId)?.private.signature?.outcome ?? null

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

const NO_REPORT = {
  report: null,
  testCertificate: false,
  signature: null,
  seal: null,
  acknowledgement: null,
  deliveries: [],
  attachments: [],
} as const

async function staffReport(world: World, file: CaseFile, report: ReportRecord): Promise<StaffReport> {
  const submission = await world.ledger.submission(report.submissionId ?? "")
  return {
    report: reportView(file, report),
    testCertificate: isTestPolicy(report.private.signature?.policy ?? ""),
    signature: report.private.signature,
    seal: submission?.private.verdict ?? null,
    acknowledgement: acknowledgement(file, report),
    deliveries: (await world.ledger.deliveriesOf(report.id)).map(deliveryView),
    attachments: (await attachmentsOf(world, report)).map(({ view }) => view),
  }
}

/** The text of an invalid report is not shown; of one that cannot be checked yet it is, beside its verdict. */
function reportView({ reports }: CaseFile, report: ReportRecord): ReportView {
  const { signature, draft, keyImages, captions = [] } = report.private
  const outcome: VerdictOutcome = signature?.outcome ?? "indeterminate"
  const hidden = outcome === "invalid"
  return {
    reportId: report.id,
    version: report.version,
    status: report.status,
    findings: hidden ? "" : draft.findings,
    impression: hidden ? "" : draft.impression,
    correctionReason: hidden ? "" : draft.correctionReason,
    ...addendumView(reports, report, hidden),
    readerName: report.readerName,
    keyImages: hidden ? 0 : keyImages,
    captions: hidden ? [] : captions,
    pdfSha256: report.private.documents.find(({ role }) => role === "pdf")?.sha256 ?? "",
    ...(outcome === "unsigned" ? { documents: papers(report) } : {}),
  }
}

const papers = ({ private: { documents } }: ReportRecord): ("pdf" | "cda")[] =>
  (["pdf", "cda"] as const).filter((kind) => documents.some(({ role }) => role === kind))

/** Of an addendum: what it adds, and to which version, which may have been replaced since, or found not to hold. */
function addendumView(
  reports: readonly ReportRecord[],
  report: ReportRecord,
  hidden: boolean,
): Pick<ReportView, "addendum"> {
  const number = addendumNumber(reports, report)
  const { appends } = report
  if (number === null || appends === undefined) return {}
  const newest = standing(reports).find(({ setId }) => setId === appends.setId)?.version ?? appends.version
  const text = hidden ? "" : (report.private.draft.addendum ?? "")
  const replacedBy = newest > appends.version ? newest : null
  const isFallen = parentAmong(reports, { ...report, version: 1 })?.private.signature?.outcome === "invalid"
  return {
    addendum: { number, to: appends.version, replacedBy, text, ...(isFallen ? { fallen: true } : {}) },
  }
}

/** The reason goes with the images. */
function recallOf({ request, study, submissions }: CaseFile): StaffDetail["recall"] {
  const { recalledAt } = request
  if (recalledAt === undefined) return null
  const said = study?.private.decisions?.find(({ what, at }) => what === "recalled" && at === recalledAt)
  const told = submissions.findLast(({ kind }) => kind === "recall")
  return {
    by: said?.by ?? "",
    at: recalledAt,
    reason: said?.reason ?? "",
    toldCenterAt: told?.state === "failed" ? null : (told?.acceptedAt ?? null),
  }
}

function acknowledgement(file: CaseFile, report: ReportRecord): StaffReport["acknowledgement"] {
  if (report.acknowledgedAt === null) return null
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
