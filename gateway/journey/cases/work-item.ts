/** One row of the radiologist's work list, drawn from what the ledger knows. */
import { milestoneAt, way } from "./milestones.ts"
import { agreementOf, isErased } from "../keep.ts"
import { lastAt, type CaseFile } from "./case-file.ts"
import { notices } from "./notices.ts"
import type { Person } from "../ports/person.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { troubleOf, type Stations } from "./trouble.ts"
import type { WorkItem } from "../views/reading.ts"
import type { Station, StudyView } from "../views/study.ts"
import type { World } from "../world.ts"

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
    instancesExpected: study.completeness?.expected ?? null,
    bytes: study.bytes,
  }
}

export function workItem(world: World, person: Person, file: CaseFile, study: StudyRecord): WorkItem {
  const { request } = file
  const mine = request.readerId === person.id
  return {
    requestId: request.id,
    telephoneOnResult: request.telephoneOnResult,
    requestNumber: request.private.requestNumber,
    urgency: request.urgency,
    dueAt: request.dueAt,
    requestedAt: request.requestedAt,
    state: request.state,
    patient: isErased(study) ? request.private.patient : study.private.patient,
    study: studyView(study),
    hospital: agreementOf(world, request.agreement)?.partner.name ?? "",
    request: request.private.text,
    way: centerWay(file, study),
    verification: arrival(file)?.private.verdict?.outcome ?? null,
    reader: request.readerId === null ? null : { id: request.readerId, name: request.readerName, mine },
    reportStatus: file.reports.at(-1)?.status ?? null,
    notices: notices(world, file),
  }
}

const arrival = (file: CaseFile): SubmissionRecord | undefined =>
  file.submissions.findLast((each) => each.direction === "in" && each.kind === "study")

function centerWay(file: CaseFile, study: StudyRecord): Station[] {
  // What follows a report goes its own way: what that has reached is not what a correction or an addendum has.
  const report = file.reports.at(-1)
  const delivery = file.submissions.find((each) => each.id === report?.submissionId)
  return way({
    received: study.firstArrivalAt,
    receiving: false,
    sent: lastAt(file, "in", "study", "acceptedAt"),
    sending: null,
    arrived: lastAt(file, "in", "study", "verifiedAt"),
    arrivedHeld: arrival(file)?.state === "accepted",
    reading: milestoneAt(file.milestones, "reading-started"),
    readingNow: file.request.state === "inProgress",
    reported: delivery?.acceptedAt ?? null,
    acknowledged: report?.acknowledgedAt ?? null,
    failure: troubleOf(file, STATIONS),
  })
}

const STATIONS: Stations = { "in study": "arrived", "in unit": "arrived", "out report": "reported" }
