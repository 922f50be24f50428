/** Staff: the hospital enters requests, releases images, receives reports. */
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import { audit } from "../audit.ts"
import { openEnded } from "../assemble/open-ended.ts"
import { bindRequest, candidates, hasBeenSent, mayLeave, proposed } from "../assemble/bind.ts"
import { current, found, kept, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import { uuidOid } from "../ids.ts"
import { agreementInForce, agreementOf, keptAnew, takesNotices } from "../keep.ts"
import { BINDING, holding } from "../locks.ts"
import { plain } from "../metadata.ts"
import type { EvidenceDesk } from "../ports/evidence.ts"
import type { Person } from "../ports/person.ts"
import type { StaffDesk } from "../ports/staff-desk.ts"
import { inNameOf, principalOf } from "../principal.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { Principal, RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { plan, release } from "../assemble/release.ts"
import type { Filing } from "../receive/file-instance.ts"
import { documentOf } from "../submit/report-documents.ts"
import { judgeReport, papersOf, readPapers } from "../verify/report-verdict.ts"
import { readWhole } from "../read-whole.ts"
import { knownAffinityPatient, lacksAffinityPatient, withAffinityPatient } from "../affinity-patient.ts"
import { lacksConsent, withConsent } from "../consent.ts"
import { isOver, next, take } from "../route.ts"
import { due } from "../run.ts"
import { attachmentsOf } from "./attachments.ts"
import { preliminaryPdf } from "./preliminary-view.ts"
import { staffItem, toReceive, unmatchedItem, type LineProgress } from "./staff-item.ts"
import { targetOf } from "../subject.ts"
import { isRecalled, planRecall } from "../retain/recall.ts"
import { isMadeAnew, sentAgain } from "../submit/send-again.ts"
import { supplement } from "../assemble/supplement.ts"
import { deletionView, staffDetail } from "./staff-detail.ts"
import { studyDesk } from "./staff-studies.ts"
import type { RequestInput } from "../views/request.ts"
import type { StaffDetail, StaffItem } from "../views/staff.ts"
import type { Verdict } from "../views/verdict.ts"
import { isGoneUnread } from "../retain/term.ts"
import { caseFile, saysSomething, stopped } from "../cases/case-file.ts"
import { holds } from "../verify/verify.ts"
import type { World } from "../world.ts"

/** The newest; older ones are in the ledger, and with whoever audits it. */
const CERTIFICATES_LIMIT = 500

/**
 * @param filing whoever asks for a study means every image its device was told we have: rows that still wait come first
 */
export function staffDesk(
  world: World,
  line: LineProgress,
  filing: Pick<Filing, "flush">,
  evidence: EvidenceDesk,
): StaffDesk {
  return {
    ...studyDesk(world),
    requests: (person) => requests(world, person, line),
    request: (person, requestId) => detail(world, person, requestId, line),
    certificates: async (person) => {
      only(person, "clerk")
      return (await world.ledger.certificates(CERTIFICATES_LIMIT)).filter(saysSomething).map(deletionView)
    },
    enter: async (person, input) => {
      await filing.flush()
      return enter(world, person, input)
    },
    consent: (person, requestId, policy) =>
      current(() => world.locks.with(requestId, () => consentTo(world, person, requestId, policy))),
    identify: (person, requestId, PatientID) =>
      current(() => world.locks.with(requestId, () => identify(world, person, requestId, PatientID))),
    release: async (person, requestId) => {
      await filing.flush()
      await current(() => releaseByStaff(world, person, requestId))
    },
    retry: (person, requestId) => current(() => retry(world, person, requestId)),
    acknowledge: (person, requestId, reportIds) =>
      current(() => world.locks.with(requestId, () => acknowledge(world, person, requestId, reportIds))),
    close: (person, requestId) =>
      current(() => world.locks.with(requestId, () => close(world, person, requestId))),
    document: async (person, reportId, kind) => {
      const report = await shownReport(world, person, reportId)
      if (!holds(report.private.signature?.outcome))
        throw new DeskError("ERR_NOT_FOUND", "this report cannot be checked yet: it is read on its page")
      return readWhole(world.spool, documentOf(report, kind).place)
    },
    preliminaryPdf: (person, requestId, version) => preliminaryPdf(world, person, requestId, version),
    evidence: async (person, requestId) => {
      only(person, "clerk")
      const { fileName, pieces } = await evidence.take(
        { user: person.login, userName: person.name },
        requestId,
      )
      return { fileName, bytes: Buffer.concat(pieces) }
    },
    attachment: async (person, reportId, index) => {
      const report = await shownReport(world, person, reportId)
      const { document } = found((await attachmentsOf(world, report))[index], "attachment")
      return readWhole(world.spool, document.place)
    },
    keyImage: async (person, reportId, index) => {
      const report = await shownReport(world, person, reportId)
      const cda = readImagingReport(await readWhole(world.spool, documentOf(report, "cda").place))
      return found(cda.keyImages[index], "key image").png
    },
    verification: (person, reportId) => verification(world, person, reportId),
  }
}

async function requests(world: World, person: Person, line: LineProgress): Promise<StaffItem[]> {
  only(person, "clerk", "system")
  // What nobody asked for is no system's business either.
  const unasked = person.role === "system" ? [] : await world.ledger.unaskedStudies()
  const asked = (await world.cases.listed())
    .filter(({ request }) => mayList(person, request))
    .map((file) => staffItem(world, file, line, file.study === null ? proposed(file.request, unasked) : []))
  return [...unasked.map(unmatchedItem), ...asked]
}

async function detail(
  world: World,
  person: Person,
  requestId: string,
  line: LineProgress,
): Promise<StaffDetail> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  const file = await caseFile(world, request)
  const proposals = file.study === null ? proposed(request, await world.ledger.unaskedStudies()) : []
  return staffDetail(world, file, line, proposals)
}

async function enter(world: World, person: Person, input: RequestInput): Promise<{ requestId: string }> {
  only(person, "clerk", "system")
  // What a patient has acknowledged a person makes sure of: a system's word would let the images leave by itself.
  if (input.consent !== undefined && person.role !== "clerk")
    throw new DeskError("ERR_NOT_ALLOWED", "consent: a person records it, on the page of the request")
  const agreement = agreementInForce(world, input.agreement)
  if (agreement === null) throw new DeskError("ERR_INPUT", "agreement: no such agreement is in force")
  if (plain(input.PatientID) === "") throw new DeskError("ERR_INPUT", "PatientID: no message can carry it")
  const known = await world.ledger.requestByNumber(agreement.id, input.requestNumber)
  if (known !== null && !isOver(known.state))
    throw new DeskError("ERR_INPUT", "requestNumber: is used by another request")
  const now = world.clock.now()
  const record: RequestRecord = {
    id: uuidOid(world.chance),
    version: 1,
    agreement: agreement.id,
    state: take("case", "-", "request"),
    urgency: input.urgency,
    dueAt: new Date(now.getTime() + agreement.urgency[input.urgency].dueMinutes * 60_000).toISOString(),
    requestedAt: now.toISOString(),
    slotId: await world.spool.createSlot("documents"),
    studies: [],
    telephoneOnResult: input.telephoneOnResult === true,
    urgencyHistory: [],
    releaseWhenComplete: input.releaseWhenComplete,
    keepUntil: now.toISOString(),
    readerId: null,
    readerName: "",
    private: {
      requestNumber: input.requestNumber,
      patient: enteredPatient(input),
      text: input.request,
      StudyInstanceUID: input.StudyInstanceUID,
      AccessionNumber: input.AccessionNumber,
      enteredBy: enteredBy(person),
      principal: principalOf(person, now),
    },
  }
  const { request: numbered, changes: identified } = await withNumber(world, person, record, input)
  const { request, changes } = withConsent(world, person, numbered, input.consent ?? null)
  await current(() => commitBound(world, person, request, [...identified, ...changes]))
  return { requestId: record.id }
}

/** With the patient's number in the affinity domain: as entered now, or as it is known. */
async function withNumber(
  world: World,
  person: Person,
  record: RequestRecord,
  { PatientID, affinityPatientId = "" }: RequestInput,
): Promise<{ readonly request: RequestRecord; readonly changes: readonly Change[] }> {
  if (affinityPatientId !== "") return withAffinityPatient(world, person, record, affinityPatientId)
  const agreement = found(agreementOf(world, record.agreement), "agreement")
  const known = await knownAffinityPatient(world, agreement, PatientID)
  if (known === "") return { request: record, changes: [] }
  return { request: { ...record, private: { ...record.private, affinityPatientId: known } }, changes: [] }
}

/** A system is named by its id (`machine:NAME`), a person as others see them. */
const enteredBy = ({ role, id, name }: Person): string => (role === "system" ? id : name)

/** A system sees what it entered and nothing else: names of patients are nobody's by default. */
const mayList = (person: Person, { private: asked }: RequestRecord): boolean =>
  person.role !== "system" || asked.enteredBy === enteredBy(person)

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

/** A request may come after its images: then both are bound in the commit that enters it. */
async function commitBound(
  world: World,
  person: Person,
  entered: RequestRecord,
  beside: readonly Change[],
): Promise<void> {
  const [request, term] = keptAnew(world, entered)
  const ids = (await candidates(world, request)).map(({ id }) => id).sort()
  await holding(world.locks, [...ids, BINDING], async () => {
    const studies = await Promise.all(ids.map((id) => world.ledger.study(id)))
    const there = studies.filter((each) => each !== null)
    await world.ledger.commit([
      ...(await bindRequest(world, request, there)),
      term,
      ...beside.filter((each) => "put" in each && each.put === "audit"),
      audit(`request-entered/${request.id}`, {
        event: "request-entered",
        outcome: "success",
        at: request.requestedAt,
        user: person.login,
        userName: person.name,
        PatientID: request.private.patient.PatientID,
        objectId: `urn:oid:${request.id}`,
      }),
    ])
  })
}

/** On record whether or not the images can leave now. */
async function consentTo(world: World, person: Person, requestId: string, policy: string): Promise<void> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  await world.ledger.commit(withConsent(world, person, request, policy).changes)
}

/** On record whether or not the images can leave now; what could not be sent under another number is made anew. */
async function identify(world: World, person: Person, requestId: string, PatientID: string): Promise<void> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  await world.ledger.commit(withAffinityPatient(world, person, request, PatientID).changes)
}

/** For the first time, after a refusal, or again with what came late. */
async function releaseByStaff(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "clerk")
  const studyId = targetOf(kept(await world.ledger.request(requestId)))
  await world.locks.with(found(studyId, "study of this request"), async () => {
    const request = kept(await world.ledger.request(requestId))
    const study = found(await world.ledger.study(targetOf(request) ?? ""), "study")
    if (isRecalled(request))
      throw new ReportError("ERR_REPORT_STATE", "it was taken back: a request of its own asks for it anew")
    if (!mayLeave(study))
      throw new ReportError("ERR_REPORT_STATE", "copies of an image contradict each other: choose first")
    if (agreementInForce(world, request.agreement) === null)
      throw new ReportError("ERR_REPORT_STATE", "the agreement with this reading centre is not in force")
    if (lacksConsent(world, request))
      throw new ReportError("ERR_CONSENT", "no consent of the patient is on record")
    if (lacksAffinityPatient(world, request))
      throw new ReportError("ERR_PATIENT_UNMAPPED", "nobody has said the patient's number there")
    const principal = principalOf(person, world.clock.now())
    if (await hasBeenSent(world, request)) return releaseLate(world, study, principal)
    if (next("study", study.state, "release") === null)
      throw new ReportError("ERR_REPORT_STATE", "the study is not complete")
    const begun = await openEnded(world, study)
    await world.ledger.commit(inNameOf(principal, release(world, study, [request], 0, begun)))
  })
}

/** It was sent: only what came after can leave, and not before what was sent has arrived. */
async function releaseLate(world: World, study: StudyRecord, principal: Principal): Promise<void> {
  const { changes, leaves } = await supplement(world, study, true)
  if (!leaves)
    throw new ReportError("ERR_REPORT_STATE", "it has left already, or what was sent has not arrived yet")
  await world.ledger.commit(inNameOf(principal, changes))
}

/**
 * What was made leaves again, byte for byte: the other side recognises what it has taken. The rest is made first, and what
 * waits for its next try, if only once an hour, is tried now. A study that was taken and refused, or whose units are
 * agreed no more, and the notice that takes it back, are made anew: of the same bytes the answer would be the same.
 */
async function retry(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  const file = await caseFile(world, request)
  if (isMadeAnew(world, file)) return releaseByStaff(world, person, requestId)
  const isRefused = stopped(file).some(({ kind, acceptedAt }) => kind === "recall" && acceptedAt !== null)
  const principal = principalOf(person, world.clock.now())
  await world.ledger.commit(
    isRefused ? inNameOf(principal, planRecall(world, request)) : sentAgain(world, file),
  )
}

/** 受領: said to the center in a sealed, signed submission of its own, if it reads such. */
async function acknowledge(
  world: World,
  person: Person,
  requestId: string,
  reportIds: readonly string[],
): Promise<void> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  const waiting = toReceive((await caseFile(world, request)).reports)
  const named = waiting.filter(({ id }) => reportIds.includes(id))
  if (named.length === 0 || named.length < new Set(reportIds).size)
    throw new ReportError("ERR_REPORT_STATE", "there is no verified report to receive")
  const isAll = named.length === waiting.length
  const state = (isAll ? next("case", request.state, "acknowledged")?.to : null) ?? request.state
  await world.ledger.commit([
    ...inNameOf(
      principalOf(person, world.clock.now()),
      named.flatMap((report) => received(world, person, request, report)),
    ),
    { put: "request", record: { ...request, state } },
  ])
}

/** Each document for itself: somebody may have acted upon one and not on the other. */
function received(world: World, person: Person, request: RequestRecord, report: ReportRecord): Change[] {
  const at = world.clock.now()
  const planned = {
    ...plan(world, { kind: "acknowledgement", agreement: request.agreement, slotId: request.slotId }),
    studyId: targetOf(request),
    requestId: request.id,
    reportId: report.id,
  }
  const record: ReportRecord = { ...report, acknowledgedAt: at.toISOString(), acknowledgedBy: person.name }
  return [
    { put: "report", record },
    ...(takesNotices(world, request.agreement)
      ? ([{ put: "submission", record: planned }, due("package", planned.id, at)] as const)
      : []),
  ]
}

/** The reading centre had to erase its images before anybody read them; what is still wanted is asked for anew. */
async function close(world: World, person: Person, requestId: string): Promise<void> {
  only(person, "clerk")
  const request = kept(await world.ledger.request(requestId))
  const step = next("case", request.state, "close")
  if (step === null || !isGoneUnread(await caseFile(world, request)))
    throw new ReportError("ERR_REPORT_STATE", "the images of this request are not gone, or it has its report")
  await world.ledger.commit([{ put: "request", record: { ...request, state: step.to } }])
}

/** What did not verify is never shown. */
async function shownReport(world: World, person: Person, reportId: string): Promise<ReportRecord> {
  only(person, "clerk")
  const report = found(await world.ledger.report(reportId), "report")
  if (report.private.signature?.outcome === "invalid" || report.private.signature === null) {
    throw new DeskError("ERR_NOT_FOUND", "this report did not verify and is not shown")
  }
  return report
}

/** Judged anew for whoever asks; what the ledger says of it changes only by the verification itself. */
async function verification(
  world: World,
  person: Person,
  reportId: string,
): Promise<{ signature: Verdict; seal: Verdict }> {
  only(person, "clerk")
  const report = found(await world.ledger.report(reportId), "report")
  const submission = found(await world.ledger.submission(report.submissionId ?? ""), "submission")
  const agreement = found(agreementOf(world, submission.agreement), "agreement")
  const seal = found(submission.private.verdict, "verdict of the seal")
  // There is nothing to be judged anew.
  if (seal.outcome === "unsigned") return { signature: seal, seal }
  const papers = papersOf(await world.ledger.documents(submission.id))
  const written = await readPapers(world, papers)
  return {
    signature: await judgeReport(world, papers, agreement, written, report.private.signature),
    seal,
  }
}
