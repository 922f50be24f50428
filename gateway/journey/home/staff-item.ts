/** One row of the hospital's list, drawn from what the ledger knows. */
import { isTestPolicy } from "../../standards/hpki/profile.ts"
import { mayLeave } from "../assemble/bind.ts"
import { isAnySent } from "../assemble/open-ended.ts"
import { affinityPatientOf, isByPerson } from "../affinity-patient.ts"
import { lacksConsent } from "../consent.ts"
import { agreementOf, isErased } from "../keep.ts"
import { NOTHING_YET, way } from "../cases/milestones.ts"
import { notices, studyNotices } from "../cases/notices.ts"
import { lastAt, stopped, type CaseFile } from "../cases/case-file.ts"
import { studyView } from "../cases/work-item.ts"
import { isRecalled } from "../retain/recall.ts"
import { isSameName } from "../assemble/same-name.ts"
import { patientOf } from "../subject.ts"
import { isGoneUnread } from "../retain/term.ts"
import { addendumNumber, inOrder, isAddendum, parentOf, standing } from "../lineage.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { troubleOf, type Stations } from "../cases/trouble.ts"
import type { Notice } from "../views/notice.ts"
import type { ProposedStudy, StaffItem } from "../views/staff.ts"
import type { Station } from "../views/study.ts"
import type { VerdictOutcome } from "../views/verdict.ts"
import { holds } from "../verify/verify.ts"
import type { World } from "../world.ts"

/** Progress of what is on the line now: submission id → bytes handed to the socket. */
export type LineProgress = ReadonlyMap<string, number>

/** @param proposals what a request without images may be for */
export function staffItem(
  world: World,
  file: CaseFile,
  line: LineProgress,
  proposals: readonly StudyRecord[],
): StaffItem {
  const { request, study } = file
  const report = file.reports.at(-1)
  const stand = standing(file.reports)
  return {
    requestId: request.id,
    telephoneOnResult: request.telephoneOnResult,
    studyId: study?.id ?? null,
    requestNumber: request.private.requestNumber,
    urgency: request.urgency,
    dueAt: request.dueAt,
    patient: patientOf(request, study === null || isErased(study) ? null : study.private),
    study: study === null ? null : studyView(study),
    center: agreementOf(world, request.agreement)?.partner.name ?? "",
    way: edgeWay(world, file, line),
    verdict: worstOf(stand),
    testCertificate: stand.some((each) => isTestPolicy(each.private.signature?.policy ?? "")),
    revision: revision(file),
    ...(stand.length > 1 ? { addendaCount: stand.filter(isAddendum).length } : {}),
    ...consentMissing(world, file),
    ...affinityPatient(world, file),
    action: proposals.length > 0 ? "choose-study" : action(file),
    closed: request.state === "failed",
    reportId: report?.id ?? null,
    notices: [...notices(world, file), ...(proposals.length > 0 ? [PROPOSED] : [])],
    proposals: proposals.slice(0, PROPOSALS_SHOWN).map((each) => proposedView(request, each)),
  }
}

const isContradictory = ({ conflicts = 0 }: StudyRecord): boolean => conflicts > 0

/** Who looks for an older one names it by its UID. */
const PROPOSALS_SHOWN = 5
const PROPOSED: Notice = { code: "proposed", reason: null }

const proposedView = (request: RequestRecord, study: StudyRecord): ProposedStudy => ({
  ...studyView(study),
  studyId: study.id,
  otherName: !isSameName(request.private.patient.ideographic, study.private.patient),
})

/** A study nobody has asked to be read yet, or nobody may: its UID is another patient's. */
export function unmatchedItem(study: StudyRecord): StaffItem {
  const received = study.state === "arriving" ? null : study.lastArrivalAt
  const failure =
    study.state === "quarantined"
      ? ({ station: "sent", code: "ERR_INSTANCE_QUARANTINED", state: "fail" } as const)
      : null
  return {
    requestId: null,
    telephoneOnResult: false,
    studyId: study.id,
    requestNumber: "",
    urgency: "ROUTINE",
    dueAt: null,
    patient: study.private.patient,
    study: studyView(study),
    center: "",
    way: way({ ...NOTHING_YET, received, receiving: study.instances > 0, sentHeld: true, failure }),
    verdict: null,
    testCertificate: false,
    revision: null,
    action: failure !== null || isContradictory(study) ? "decide" : "match",
    closed: false,
    reportId: null,
    notices: studyNotices(study),
    proposals: [],
  }
}

function consentMissing(world: World, file: CaseFile): Pick<StaffItem, "consentMissing"> {
  if (action(file) !== "release" || !lacksConsent(world, file.request)) return {}
  return { consentMissing: agreementOf(world, file.request.agreement)?.consentPolicies ?? [] }
}

/** Until the images have arrived: then it says nothing any more that could be changed. */
function affinityPatient(world: World, file: CaseFile): Pick<StaffItem, "affinityPatientId"> {
  const { request } = file
  if (!isByPerson(agreementOf(world, request.agreement)) || isRecalled(request)) return {}
  const isOpen = action(file) === "release" || action(file) === "see-failure"
  return isOpen ? { affinityPatientId: affinityPatientOf(request) } : {}
}

function action(file: CaseFile): StaffItem["action"] {
  const { study, reports } = file
  if (stopped(file).length > 0) return "see-failure"
  // Nobody is asked to receive a report about images that should not have been read.
  if (isRecalled(file.request)) return null
  if (toReceive(reports).length > 0) return "acknowledge"
  if (isGoneUnread(file)) return "close"
  if (study !== null && isContradictory(study) && !isErased(study)) return "decide"
  if (troubleOf(file, STATIONS) !== null) return "see-failure"
  if (study !== null && !mayLeave(study)) return null
  // What is complete and bound leaves by itself or waits for a person; late images always do.
  return study !== null && (isUnreleased(study) || hasLate(study) || hasLeftForOthers(file, study))
    ? "release"
    : null
}

const isUnreleased = ({ state }: StudyRecord): boolean => state === "complete" || state === "recalled"

/** It was released for another request, and that says nothing of this one. */
const hasLeftForOthers = ({ submissions }: CaseFile, { state }: StudyRecord): boolean =>
  (state === "released" || state === "closed") && !isAnySent(submissions)

/** An earlier document may have been acted upon: what replaces it, or is added to it, is not one more report. The newest. */
function revision(file: CaseFile): StaffItem["revision"] {
  const report = inOrder(toReceive(file.reports)).at(-1)
  if (report === undefined || parentOf(report) === null || action(file) !== "acknowledge") return null
  const addendum = addendumNumber(file.reports, report)
  return {
    version: report.version,
    reason: report.private.draft.correctionReason,
    receivedBefore: file.reports.some(({ acknowledgedAt }) => acknowledgedAt !== null),
    ...(addendum === null ? {} : { addendum }),
  }
}

/** What stands, holds, and nobody has received: the report, and each addendum for itself. */
export const toReceive = (reports: readonly ReportRecord[]): ReportRecord[] =>
  standing(reports).filter(
    ({ acknowledgedAt, private: { signature } }) => acknowledgedAt === null && holds(signature?.outcome),
  )

/** A report is worth no more than the addendum that was written to it. */
function worstOf(stand: readonly ReportRecord[]): VerdictOutcome | null {
  const outcomes = stand.flatMap(({ private: { signature } }) => signature?.outcome ?? [])
  return WORST_FIRST.find((each) => outcomes.includes(each)) ?? null
}
const WORST_FIRST: readonly VerdictOutcome[] = [
  "invalid",
  "indeterminate",
  "unsigned",
  "valid-pending",
  "valid",
]

const hasLate = (study: StudyRecord): boolean => study.late > 0 && !isErased(study)

function edgeWay(world: World, file: CaseFile, line: LineProgress): Station[] {
  const outbound = file.submissions.findLast((each) => each.direction === "out" && each.kind === "study")
  // Where no signed receipts are agreed the recipient's answer is all that is ever said.
  const isByAnswer = agreementOf(world, file.request.agreement)?.receipts === "registry-response"
  const report = file.reports.at(-1)
  const stand = standing(file.reports)
  const reported = file.submissions.find((each) => each.id === report?.submissionId)?.verifiedAt ?? null
  return way({
    received: file.study === null || file.study.state === "arriving" ? null : file.study.lastArrivalAt,
    receiving: (file.study?.instances ?? 0) > 0,
    sent: lastAt(file, "out", "study", "acceptedAt"),
    sending: outbound === undefined ? null : share(outbound, file.submissions, line),
    sentHeld: HOLDS.includes(action(file)),
    arrived: lastAt(file, "out", "study", isByAnswer ? "acceptedAt" : "verifiedAt"),
    arrivedByAnswer: isByAnswer,
    arrivedHeld: false,
    reading: reported,
    readingNow: false,
    reported,
    reportedAnew: revision(file) !== null,
    acknowledged: stand.every(({ acknowledgedAt }) => acknowledgedAt !== null)
      ? (report?.acknowledgedAt ?? null)
      : null,
    failure: troubleOf(file, STATIONS),
  })
}

/** Nothing leaves before somebody has done this. */
const HOLDS: readonly StaffItem["action"][] = ["release", "decide"]

/** Of all that is to be sent: what was accepted, and what of the rest is on the line. Null before the first byte. */
function share(
  outbound: SubmissionRecord,
  submissions: readonly SubmissionRecord[],
  line: LineProgress,
): number | null {
  const parts = [outbound, ...submissions.filter(({ partOf }) => partOf === outbound.id)]
  const total = parts.reduce((sum, each) => sum + each.bytesTotal, 0)
  const isUnsent = parts.every(({ id, acceptedAt }) => acceptedAt === null && !line.has(id))
  if (isUnsent || total === 0) return null
  const sent = parts.map((each) =>
    each.acceptedAt === null ? Math.min(each.bytesTotal, line.get(each.id) ?? 0) : each.bytesTotal,
  )
  return Math.min(1, sent.reduce((sum, bytes) => sum + bytes, 0) / total)
}

const STATIONS: Stations = {
  assemble: "sent",
  recode: "sent",
  "out study": "sent",
  "out unit": "sent",
  "in report": "reported",
  "out acknowledgement": "acknowledged",
}
