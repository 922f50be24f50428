/** One row of the radiologist's work list, drawn from what the ledger knows. */
import { milestoneAt, way } from "./milestones.ts"
import { agreementOf } from "./keep.ts"
import type { Person } from "./ports.ts"
import type { Milestone, ReportRecord, RequestRecord, StudyRecord, SubmissionRecord } from "./records.ts"
import type { Station, StudyView, WorkItem } from "./views.ts"
import { targetOf } from "./subject.ts"
import type { World } from "./world.ts"

/** Everything the ledger knows of one reading case. */
export interface CaseFile {
  readonly request: RequestRecord
  readonly study: StudyRecord | null
  readonly submissions: readonly SubmissionRecord[]
  readonly reports: readonly ReportRecord[]
  readonly milestones: readonly Milestone[]
}

export async function caseFile(world: World, request: RequestRecord): Promise<CaseFile> {
  const study = await world.ledger.study(targetOf(request) ?? "")
  const submissions = await world.ledger.submissionsOf({ requestId: request.id })
  const reports = [...(await world.ledger.reportsOfRequest(request.id))].sort((a, b) => a.version - b.version)
  return { request, study, submissions, reports, milestones: await world.ledger.milestones(request.id) }
}

export function studyView(study: StudyRecord): StudyView {
  const { private: header } = study
  return {
    StudyInstanceUID: header.StudyInstanceUID,
    StudyDescription: header.StudyDescription,
    modalities: header.modalities,
    bodyPart: header.bodyPart,
    studyDateTime: header.studyDateTime,
    AccessionNumber: header.AccessionNumber,
    instances: study.instances,
    instancesExpected: null,
    bytes: study.bytes,
  }
}

export function workItem(world: World, person: Person, file: CaseFile, study: StudyRecord): WorkItem {
  const { request } = file
  const mine = request.readerId === person.id
  return {
    requestId: request.id,
    requestNumber: request.private.requestNumber,
    urgency: request.urgency,
    dueAt: request.dueAt,
    requestedAt: request.requestedAt,
    state: request.state,
    patient: study.private.patient,
    study: studyView(study),
    hospital: agreementOf(world, request.agreement)?.partner.name ?? "",
    request: request.private.text,
    way: centerWay(file, study),
    verification: arrival(file)?.private.verdict?.outcome ?? null,
    reader: request.readerId === null ? null : { id: request.readerId, name: request.readerName, mine },
    reportStatus: file.reports.at(-1)?.status ?? null,
  }
}

const arrival = (file: CaseFile): SubmissionRecord | undefined =>
  file.submissions.find((each) => each.direction === "in" && each.kind === "study")

function centerWay(file: CaseFile, study: StudyRecord): Station[] {
  const at = (name: string): string | null => milestoneAt(file.milestones, name)
  const failed = file.submissions.find((each) => each.state === "failed")
  // A correction goes its own way: what an earlier version has reached is not what this one has.
  const report = file.reports.at(-1)
  const delivery = file.submissions.find((each) => each.id === report?.submissionId)
  return way({
    received: study.firstArrivalAt,
    receiving: false,
    sent: at("study-accepted"),
    sending: null,
    arrived: at("study-verified"),
    arrivedHeld: arrival(file)?.state === "accepted",
    reading: at("reading-started"),
    readingNow: file.request.state === "inProgress",
    reported: delivery?.acceptedAt ?? null,
    acknowledged: report?.acknowledgedAt ?? null,
    failure:
      failed === undefined
        ? null
        : { station: failed.direction === "in" ? "arrived" : "reported", code: failed.failureCode ?? "" },
  })
}
