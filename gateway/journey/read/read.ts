/** Read: the work list, and a case in the hands of a reader. */
import type { Agreement } from "../agreement.ts"
import { current, found, kept, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import { arrivingItems } from "./arriving-item.ts"
import { heldItems } from "./held-item.ts"
import { agreementOf, isErased } from "../keep.ts"
import { milestone } from "../cases/milestones.ts"
import type { Person } from "../ports/person.ts"
import type { ReadingDesk } from "../ports/reading-desk.ts"
import type { Paper } from "../ports/staff-desk.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { newDraft, type Beginning } from "./draft.ts"
import { isAddendum, standing, versionViews } from "../lineage.ts"
import { documentOf } from "../submit/report-documents.ts"
import { next } from "../route.ts"
import { selected } from "../assemble/selection.ts"
import { sentAgain } from "../submit/send-again.ts"
import { paperOf, papersOf } from "./papers.ts"
import { preliminaryState } from "./preliminary.ts"
import { rulePatient } from "./patient-ruling.ts"
import { seriesViews } from "./series.ts"
import { targetOf } from "../subject.ts"
import type { Amendment, ReadingView, SigningStep, SigningView, WorkItem } from "../views/reading.ts"
import { caseFile, type CaseFile } from "../cases/case-file.ts"
import { workItem } from "../cases/work-item.ts"
import type { World } from "../world.ts"

type CaseDesk = Pick<
  ReadingDesk,
  "worklist" | "reading" | "paper" | "start" | "amend" | "retry" | "rulePatient" | "close"
>

export function caseDesk(world: World): CaseDesk {
  const held = <T>(requestId: string, work: () => Promise<T>): Promise<T> => world.locks.with(requestId, work)
  return {
    worklist: (person) => worklist(world, person),
    reading: (person, requestId) => reading(world, person, requestId),
    paper: (person, requestId, index) => paper(world, person, requestId, index),
    start: (person, requestId) => held(requestId, () => start(world, person, requestId)),
    amend: (person, requestId, amendment) =>
      held(requestId, () => amend(world, person, requestId, amendment)),
    retry: (person, requestId) => current(() => retry(world, person, requestId)),
    rulePatient: (person, requestId, what) => rulePatient(world, person, requestId, what),
    close: (person, requestId) => held(requestId, () => close(world, person, requestId)),
  }
}

async function worklist(world: World, person: Person): Promise<WorkItem[]> {
  only(person, "radiologist")
  const held = await heldItems(world)
  const arriving = await arrivingItems(world, new Set(held.map(({ requestId }) => requestId)))
  const cases = (await world.cases.listed()).flatMap((file) =>
    file.study === null ? [] : [workItem(world, person, file, file.study)],
  )
  return [...held, ...arriving, ...cases]
}

export async function reading(world: World, person: Person, requestId: string): Promise<ReadingView> {
  only(person, "radiologist")
  const request = kept(await world.ledger.request(requestId))
  const file = await caseFile(world, request)
  const versions = versionViews(file.reports)
  // Erased images are gone; the report lives on with its request.
  const study = found(file.study, "study")
  const stand = standing(file.reports)
  const own = file.reports.findLast((each) => each.status === "draft" && each.readerId === person.id)
  const text = own ?? stand[0]
  const papers = await papersOf(world, file)
  return {
    ...workItem(world, person, file, study),
    series: seriesViews(selected(study, await world.ledger.instances(study.id))),
    draft: text === undefined ? null : { ...text.private.draft, draftVersion: text.draftVersion },
    versions,
    standing: stand.flatMap(({ id, private: { draft } }) =>
      versions.flatMap((each) => (each.reportId === id ? [{ ...each, text: draft }] : [])),
    ),
    signing: signing(file),
    ...preliminaryState(world, person, file),
    ...signatureWanted(agreementOf(world, request.agreement)),
    ...(papers.length === 0 ? {} : { papers: papers.map(({ view }) => view) }),
  }
}

const signatureWanted = (agreement: Agreement | null): Pick<ReadingView, "reportSignature"> =>
  agreement === null || agreement.reportSignature === "hpki"
    ? {}
    : { reportSignature: agreement.reportSignature }

async function paper(world: World, person: Person, requestId: string, index: number): Promise<Paper> {
  only(person, "radiologist")
  return paperOf(world, await caseFile(world, kept(await world.ledger.request(requestId))), index)
}

async function start(world: World, person: Person, requestId: string): Promise<ReadingView> {
  only(person, "radiologist")
  const request = kept(await world.ledger.request(requestId))
  if (request.readerId !== null && request.readerId !== person.id) {
    throw new DeskError("ERR_LOCKED", "another reader holds this case")
  }
  const step = next("case", request.state, "start")
  if (step === null || !(await hasImages(world, request))) {
    throw new ReportError("ERR_REPORT_STATE", "the case cannot be started now")
  }
  const taken: RequestRecord = { ...request, state: step.to, readerId: person.id, readerName: person.name }
  const drafts = (await world.ledger.reportsOfRequest(requestId)).filter((each) => each.status === "draft")
  const changes: Change[] = [{ put: "request", record: taken }]
  if (drafts.length === 0)
    changes.push({ put: "report", record: newDraft(world, person, taken, { what: "report" }) })
  if (request.state === "ready")
    changes.push(milestone(requestId, "reading-started", world.clock.now().toISOString()))
  await world.ledger.commit(changes)
  return reading(world, person, requestId)
}

async function amend(
  world: World,
  person: Person,
  requestId: string,
  amendment: Amendment,
): Promise<ReadingView> {
  only(person, "radiologist")
  const request = kept(await world.ledger.request(requestId))
  const step = next("case", request.state, "amend")
  if (step === null)
    throw new ReportError("ERR_REPORT_STATE", "only a signed report can be corrected or added to")
  const stand = standing(await world.ledger.reportsOfRequest(requestId))
  const begun = beginning(stand, amendment)
  if (!(await hasImages(world, request)))
    throw new ReportError("ERR_REPORT_STATE", "the images were erased at the end of their term")
  const taken: RequestRecord = { ...request, state: step.to, readerId: person.id, readerName: person.name }
  await world.ledger.commit([
    { put: "request", record: taken },
    { put: "report", record: newDraft(world, person, taken, begun) },
  ])
  return reading(world, person, requestId)
}

/** Of what stands, and never of what somebody has replaced meanwhile: this reader has not seen what it says now. */
function beginning(stand: readonly ReportRecord[], { what, reportId, reason }: Amendment): Beginning {
  const document = stand.find(({ id }) => id === reportId)
  if (document === undefined)
    throw new ReportError("ERR_REPORT_STATE", "there is a newer version of this document")
  if (what === "correction") {
    if (reason.trim() === "") throw new ReportError("ERR_REPORT_STATE", "a correction needs its reason")
    return { what, of: document, reason }
  }
  if (isAddendum(document))
    throw new ReportError("ERR_REPORT_STATE", "an addendum is written to the report, not to another addendum")
  return { what, to: document }
}

/** What was given up on the way to the hospital (reports, receipts, certificates) leaves again. */
async function retry(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "radiologist")
  const request = kept(await world.ledger.request(requestId))
  await world.ledger.commit(sentAgain(world, await caseFile(world, request)))
}

/** Its images went unread at the end of their term; what was signed before stays readable. */
async function close(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "radiologist")
  const request = kept(await world.ledger.request(requestId))
  const reports = await world.ledger.reportsOfRequest(requestId)
  const event = reports.some(({ status }) => status !== "draft") ? "give-up" : "close"
  const step = next("case", request.state, event)
  if (step === null || (await hasImages(world, request)))
    throw new ReportError("ERR_REPORT_STATE", "only a case whose images are gone is closed without a report")
  await world.ledger.commit([
    { put: "request", record: { ...request, state: step.to } },
    milestone(requestId, "closed-without-images", world.clock.now().toISOString()),
  ])
}

async function hasImages(world: World, request: RequestRecord): Promise<boolean> {
  const study = await world.ledger.study(targetOf(request) ?? "")
  return study !== null && !isErased(study)
}

/** Where the signing of the newest version stands; null before anything of it was frozen. */
function signing(file: CaseFile): SigningView | null {
  const report = file.reports.at(-1)
  if (report === undefined || report.preparedAt === null) return null
  const delivery = file.submissions.find((each) => each.id === report.submissionId)
  const times: [SigningStep, string | null][] = [
    ["frozen", report.preparedAt],
    ["identity", report.approved?.at ?? report.signedAt],
    ["hpki", report.signedAt],
    ["time-stamp", report.stampedAt],
    ["sent", delivery?.acceptedAt ?? null],
    ["acknowledged", report.acknowledgedAt],
  ]
  const current = times.findIndex(([, at]) => at === null)
  const failed = delivery?.state === "failed"
  return {
    steps: times.map(([step, at], index) => ({
      step,
      at,
      state: at !== null ? "done" : index !== current ? "todo" : failed ? "fail" : "now",
    })),
    failure: failed ? (delivery.failureCode ?? null) : null,
    ...awaited(report),
  }
}

function awaited(report: ReportRecord): Pick<SigningView, "awaits"> {
  const { approved, prepareId } = report
  if (!approved || prepareId === null) return {}
  return {
    awaits: { what: approved.waitsFor, prepareId, pdfSha256: documentOf(report, "pdf").sha256 },
  }
}
