/** One row of the hospital's list, drawn from what the ledger knows. */
import { agreementOf, isErased } from "./keep.ts"
import { way } from "./milestones.ts"
import { notices, studyNotices } from "./notices.ts"
import { lastAt, stopped, type CaseFile } from "./case-file.ts"
import { studyView } from "./work-item.ts"
import { isGoneUnread } from "./term.ts"
import type { StudyRecord, SubmissionRecord } from "./records.ts"
import type { StaffItem, Station, StationName, VerdictOutcome } from "./views.ts"
import type { World } from "./world.ts"

/** Progress of what is on the line now: submission id → bytes handed to the socket. */
export type LineProgress = ReadonlyMap<string, number>

export function staffItem(world: World, file: CaseFile, line: LineProgress): StaffItem {
  const { request, study } = file
  const report = file.reports.at(-1)
  return {
    requestId: request.id,
    requestNumber: request.private.requestNumber,
    urgency: request.urgency,
    dueAt: request.dueAt,
    patient: study === null || isErased(study) ? request.private.patient : study.private.patient,
    study: study === null ? null : studyView(study),
    center: agreementOf(world, request.agreement)?.partner.name ?? "",
    way: edgeWay(file, line),
    verdict: report?.private.signature?.outcome ?? null,
    action: action(file),
    closed: request.state === "failed",
    reportId: report?.id ?? null,
    notices: notices(world, file),
  }
}

/** A study nobody has asked to be read yet, or nobody may: its UID is another patient's. */
export function unmatchedItem(study: StudyRecord): StaffItem {
  const received = study.state === "arriving" ? null : study.lastArrivalAt
  const failure =
    study.state === "quarantined" ? ({ station: "sent", code: "ERR_INSTANCE_QUARANTINED" } as const) : null
  return {
    requestId: null,
    requestNumber: "",
    urgency: "ROUTINE",
    dueAt: null,
    patient: study.private.patient,
    study: studyView(study),
    center: "",
    way: way({ ...NOTHING, received, receiving: study.instances > 0, failure }),
    verdict: null,
    action: failure === null ? "match" : "see-failure",
    closed: false,
    reportId: null,
    notices: studyNotices(study),
  }
}

const NOTHING = {
  received: null,
  receiving: false,
  sent: null,
  sending: null,
  arrived: null,
  arrivedHeld: false,
  reading: null,
  readingNow: false,
  reported: null,
  acknowledged: null,
  failure: null,
} as const

function action(file: CaseFile): StaffItem["action"] {
  const { study, submissions, reports } = file
  if (stopped(submissions).length > 0) return "see-failure"
  const report = reports.at(-1)
  if (report?.acknowledgedAt === null && shown(report.private.signature?.outcome)) return "acknowledge"
  if (isGoneUnread(file)) return "close"
  // What is complete and bound leaves by itself or waits for a person; late images always do.
  return study !== null && (study.state === "complete" || hasLate(study)) ? "release" : null
}

const hasLate = (study: StudyRecord): boolean => study.late > 0 && !isErased(study)

/** Only what verified, or what waits for a newer list or token, may be received as a report. */
const shown = (outcome: VerdictOutcome | undefined): boolean =>
  outcome === "valid" || outcome === "valid-pending"

function edgeWay(file: CaseFile, line: LineProgress): Station[] {
  const outbound = file.submissions.findLast((each) => each.direction === "out" && each.kind === "study")
  const report = file.reports.at(-1)
  const reported = file.submissions.find((each) => each.id === report?.submissionId)?.verifiedAt ?? null
  return way({
    received: file.study === null || file.study.state === "arriving" ? null : file.study.lastArrivalAt,
    receiving: (file.study?.instances ?? 0) > 0,
    sent: lastAt(file, "out", "study", "acceptedAt"),
    sending: outbound === undefined ? null : share(outbound, line),
    arrived: lastAt(file, "out", "study", "verifiedAt"),
    arrivedHeld: false,
    reading: reported,
    readingNow: false,
    reported,
    acknowledged: report?.acknowledgedAt ?? null,
    failure: failure(file.submissions),
  })
}

function share(outbound: SubmissionRecord, line: LineProgress): number | null {
  const sent = line.get(outbound.id)
  return sent === undefined || outbound.bytesTotal === 0 ? null : Math.min(1, sent / outbound.bytesTotal)
}

/** What else may fail, receipts and certificates, is told as a notice: it stops nobody. */
const STATIONS: Readonly<Record<string, StationName>> = {
  "out study": "sent",
  "in report": "reported",
  "out acknowledgement": "acknowledged",
}

function failure(submissions: readonly SubmissionRecord[]): { station: StationName; code: string } | null {
  for (const { direction, kind, failureCode } of stopped(submissions)) {
    const station = STATIONS[`${direction} ${kind}`]
    if (station !== undefined) return { station, code: failureCode ?? "" }
  }
  return null
}
