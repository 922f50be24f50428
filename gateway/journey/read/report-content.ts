/** What a report says, of whom and by whom: drawn on its sheet and written in its CDA alike. */
import { studyView } from "../cases/work-item.ts"
import { found } from "../desk-guards.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf } from "../keep.ts"
import { isAddendum } from "../lineage.ts"
import type { ReportContent } from "../ports/drawing.ts"
import type { Person } from "../ports/person.ts"
import type { PreparedAs, ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { documentOf, parentReport, type RelatedReport } from "../submit/report-documents.ts"
import type { World } from "../world.ts"
import { signedStatus } from "./draft.ts"
import { keyImages } from "./key-images.ts"

export interface Written {
  readonly by: Person
  readonly at: Date
  readonly report: ReportRecord
  readonly request: RequestRecord
  readonly study: StudyRecord
}

/** @param as what it is frozen for: a preliminary document says so of itself, whatever its draft may become */
export async function reportContent(
  world: World,
  { by, at, report, request, study }: Written,
  as: PreparedAs,
): Promise<ReportContent> {
  const agreement = found(agreementOf(world, request.agreement), "agreement")
  const { draft } = report.private
  const parent = await parentReport(world, report)
  return {
    documentId: uuidOid(world.chance),
    setId: report.setId,
    versionNumber: report.version,
    status: as === "preliminary" ? as : signedStatus(report),
    effectiveTime: at.toISOString(),
    patient: study.private.patient,
    patientIdRoot: agreement.patientIdDomain,
    study: studyView(study),
    hospital: { name: agreement.partner.name, oid: agreement.partner.oid },
    center: { name: world.site.name, oid: world.site.oid },
    requestNumber: request.private.requestNumber,
    // An addendum has no section for it (PS3.20 7.2), and its pages say what its text says.
    purpose: isAddendum(report) ? "" : request.private.text.purpose,
    physician: request.private.text.physician,
    physicianId: request.private.text.physicianId ?? "",
    reader: { id: by.login, idRoot: world.site.oid, name: by.name },
    findings: draft.findings,
    impression: draft.impression,
    ...relationTo(report, parent),
    ...(report.preliminary === undefined ? {} : { replacesPreliminary: report.preliminary.documentId }),
    keyImages: await keyImages(world, study, draft.keyImages),
  }
}

/** What it says of the one document it is related to. */
function relationTo(
  { private: { draft }, appends }: ReportRecord,
  parent: RelatedReport | null,
): Pick<ReportContent, "correction" | "addendum"> {
  const documentId = parent === null ? "" : documentOf(parent.report, "cda").uniqueId
  const correction =
    parent?.relation === "RPLC" ? { replacesDocumentId: documentId, reason: draft.correctionReason } : null
  const added =
    parent?.relation === "APND"
      ? { documentId, setId: parent.report.setId, versionNumber: parent.report.version }
      : null
  return {
    correction,
    addendum: appends === undefined ? null : { text: draft.addendum ?? "", appends: added },
  }
}
