/** Staff: the hospital enters requests, releases images, receives reports. */
import { readImagingReport } from "../standards/cda/read-imaging-report.ts"
import { audit } from "./audit.ts"
import { bindAndRelease, plan, release } from "./assemble.ts"
import { found, only } from "./desk-guards.ts"
import { DeskError, ReportError } from "./errors.ts"
import { uuidOid } from "./ids.ts"
import { agreementOf } from "./keep.ts"
import { milestone } from "./milestones.ts"
import type { Person, StaffDesk } from "./ports.ts"
import type { Change, ReportRecord, RequestRecord } from "./records.ts"
import { documentOf } from "./report.ts"
import { readWhole } from "./read-whole.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import { staffItem, unmatchedItem, type LineProgress } from "./staff-item.ts"
import { targetOf } from "./subject.ts"
import { staffDetail } from "./staff-detail.ts"
import type { RequestInput, StaffDetail, StaffItem, Verdict } from "./views.ts"
import { caseFile } from "./work-item.ts"
import type { World } from "./world.ts"

const LIST_LIMIT = 500

export function staffDesk(world: World, line: LineProgress): StaffDesk {
  return {
    requests: (person) => requests(world, person, line),
    request: (person, requestId) => detail(world, person, requestId, line),
    enter: (person, input) => enter(world, person, input),
    release: (person, requestId) => releaseByStaff(world, person, requestId),
    acknowledge: (person, requestId) =>
      world.locks.with(requestId, () => acknowledge(world, person, requestId)),
    document: async (person, reportId, kind) => {
      const report = await shownReport(world, person, reportId)
      return readWhole(world.spool, documentOf(report, kind).place)
    },
    keyImage: async (person, reportId, index) => {
      const report = await shownReport(world, person, reportId)
      const cda = readImagingReport(await readWhole(world.spool, documentOf(report, "cda").place))
      return found(cda.keyImages[index], "key image").png
    },
    verification: async (person, reportId) => {
      only(person, "clerk")
      const report = found(await world.ledger.report(reportId), "report")
      return { signature: found(report.private.signature, "verdict"), seal: await sealVerdict(world, report) }
    },
  }
}

async function requests(world: World, person: Person, line: LineProgress): Promise<StaffItem[]> {
  only(person, "clerk")
  const asked: StaffItem[] = []
  const bound = new Set<string>()
  for (const request of await world.ledger.requests(LIST_LIMIT)) {
    for (const each of request.studies) bound.add(each.studyId)
    asked.push(staffItem(world, await caseFile(world, request), line))
  }
  const studies = await world.ledger.studies(LIST_LIMIT)
  return [...studies.filter((each) => !bound.has(each.id)).map(unmatchedItem), ...asked]
}

async function detail(
  world: World,
  person: Person,
  requestId: string,
  line: LineProgress,
): Promise<StaffDetail> {
  only(person, "clerk")
  const request = found(await world.ledger.request(requestId), "request")
  const file = await caseFile(world, request)
  const view = await staffDetail(world, file, line)
  const at = world.clock.now().toISOString()
  if (view.report !== null) {
    await world.ledger.commit([
      audit(`report-accessed/${view.report.reportId}/${person.id}/${at}`, {
        event: "report-accessed",
        outcome: "success",
        at,
        user: person.login,
        userName: person.name,
        PatientID: view.patient.PatientID,
        objectId: view.report.reportId,
      }),
    ])
  }
  return view
}

async function enter(world: World, person: Person, input: RequestInput): Promise<{ requestId: string }> {
  only(person, "clerk")
  const agreement = agreementOf(world, input.agreement)
  if (agreement === null) throw new DeskError("ERR_INPUT", "agreement: no such agreement")
  const known = await world.ledger.requestByNumber(agreement.id, input.requestNumber)
  if (known !== null) throw new DeskError("ERR_INPUT", "requestNumber: is used by another request")
  const now = world.clock.now()
  const record: RequestRecord = {
    id: uuidOid(world.chance),
    version: 1,
    agreement: agreement.id,
    state: next("case", "-", "request")?.to ?? "created",
    urgency: input.urgency,
    dueAt: new Date(now.getTime() + agreement.urgency[input.urgency].dueMinutes * 60_000).toISOString(),
    requestedAt: now.toISOString(),
    slotId: await world.spool.createSlot("documents"),
    studies: [],
    telephoneOnResult: false,
    urgencyHistory: [],
    releaseWhenComplete: input.releaseWhenComplete,
    readerId: null,
    readerName: "",
    private: {
      requestNumber: input.requestNumber,
      patient: enteredPatient(input),
      text: input.request,
      StudyInstanceUID: input.StudyInstanceUID,
      AccessionNumber: input.AccessionNumber,
      enteredBy: person.name,
    },
  }
  await world.ledger.commit([
    { put: "request", record },
    milestone(record.id, "requested", record.requestedAt),
  ])
  await bindWaitingStudy(world, record)
  world.notify(record.id)
  return { requestId: record.id }
}

function enteredPatient(input: RequestInput): RequestRecord["private"]["patient"] {
  return {
    PatientID: input.PatientID,
    ideographic: input.patientName,
    phonetic: "",
    alphabetic: "",
    birthDate: null,
    sex: "",
    nameMarked: false,
  }
}

/** A request that comes after its images: the newest complete study of this patient may be waiting for it. */
async function bindWaitingStudy(world: World, request: RequestRecord): Promise<void> {
  const waiting = (await world.ledger.studies(LIST_LIMIT)).filter(
    (each) =>
      each.state === "complete" && each.private.patient.PatientID === request.private.patient.PatientID,
  )
  for (const { id } of waiting) {
    await world.locks.with(id, async () => {
      const study = await world.ledger.study(id)
      if (study !== null) await world.ledger.commit(await bindAndRelease(world, study))
    })
  }
}

async function releaseByStaff(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "clerk")
  const studyId = targetOf(found(await world.ledger.request(requestId), "request"))
  await world.locks.with(found(studyId, "study of this request"), async () => {
    const request = found(await world.ledger.request(requestId), "request")
    const study = found(await world.ledger.study(targetOf(request) ?? ""), "study")
    if (next("study", study.state, "release") === null) {
      throw new ReportError("ERR_REPORT_STATE", "the study is not complete or has left already")
    }
    await world.ledger.commit(release(world, study, request))
  })
  world.notify(requestId)
}

/** 受領: said to the center in a sealed, signed submission of its own. */
async function acknowledge(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "clerk")
  const request = found(await world.ledger.request(requestId), "request")
  const file = await caseFile(world, request)
  const report = found(file.reports.at(-1), "report")
  const outcome = report.private.signature?.outcome
  if (report.acknowledgedAt !== null || (outcome !== "valid" && outcome !== "valid-pending")) {
    throw new ReportError("ERR_REPORT_STATE", "there is no verified report to receive")
  }
  const at = world.clock.now()
  const planned = {
    ...plan(world, { kind: "acknowledgement", agreement: request.agreement, slotId: request.slotId }),
    studyId: targetOf(request),
    requestId,
    reportId: report.id,
  }
  const received: ReportRecord = { ...report, acknowledgedAt: at.toISOString(), acknowledgedBy: person.name }
  const changes: Change[] = [
    { put: "report", record: received },
    { put: "submission", record: planned },
    milestone(requestId, "acknowledged", at.toISOString()),
    due("package", planned.id, at),
  ]
  await world.ledger.commit(changes)
  world.notify(requestId)
}

/** What did not verify is never handed out as a report. */
async function shownReport(world: World, person: Person, reportId: string): Promise<ReportRecord> {
  only(person, "clerk")
  const report = found(await world.ledger.report(reportId), "report")
  if (report.private.signature?.outcome === "invalid" || report.private.signature === null) {
    throw new DeskError("ERR_NOT_FOUND", "this report did not verify and is not shown")
  }
  return report
}

async function sealVerdict(world: World, report: ReportRecord): Promise<Verdict> {
  const submission = report.submissionId === null ? null : await world.ledger.submission(report.submissionId)
  return found(submission?.private.verdict, "verdict of the seal")
}
