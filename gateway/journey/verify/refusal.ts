/**
 * Refusal notice: the recipient took custody, verified, and refuses for good (domain.md 5). Whoever would have got a
 * receipt gets this instead, and a person at the sender is told. What is only indeterminate is not refused.
 * When one is due: `plan-refusal.ts`.
 */
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import { readRefusal, writeRefusal } from "../../standards/notice/refusal.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import type { Agreement } from "../agreement.ts"
import { exportAudit } from "../audit.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { putSubmission } from "../live-slot.ts"
import { referenced, type Subject } from "../metadata.ts"
import type { ContentsOf } from "../submit/package.ts"
import { patientOf } from "../submit/patient.ts"
import { ANSWERED } from "./plan-refusal.ts"
import { readWhole } from "../read-whole.ts"
import { notice } from "./receipt.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { patientIdOf } from "../same-subject.ts"
import type { EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

export const refusalContents: ContentsOf = async (world, record, agreement) => {
  const refused = found(await world.ledger.submission(record.answers ?? ""), "refused submission")
  const draft = notice(world, "refusal", "検証不合格通知", new Uint8Array(0))
  const reports = await world.ledger.reportsOfRequest(refused.requestId ?? "")
  const report = reports.find(({ submissionId }) => submissionId === refused.id)
  const bytes = writeRefusal({
    documentId: draft.uniqueId,
    submissionSetUid: refused.submissionSetUid,
    code: refused.failureCode ?? "UNEXPECTED",
    tests: [...failedTests(refused.private.verdict), ...failedTests(report?.private.signature ?? null)],
    by: { oid: world.site.oid, name: world.site.name },
    at: world.clock.now().toISOString(),
  })
  return {
    subject: await subjectOfRefused(world, refused, agreement),
    contents: [{ ...draft, body: { bytes } }],
    signs: [],
    replaces: [],
  }
}

const failedTests = (verdict: Verdict | null): string[] =>
  (verdict?.tests ?? []).filter(({ outcome }) => outcome === "fail").map(({ name }) => name)

/** Ids, and no name. */
async function subjectOfRefused(
  world: World,
  refused: SubmissionRecord,
  agreement: Agreement,
): Promise<Subject> {
  const { PatientID, StudyInstanceUID } = await idsOf(world, refused)
  return {
    agreement,
    site: world.site,
    patient: { ...patientOf([]), PatientID },
    StudyInstanceUID,
    AccessionNumber: "",
    requestNumber: "",
    requestId: refused.requestId ?? "",
    serviceStartTime: null,
    modalities: [],
    procedures: [],
  }
}

/**
 * There may be no case yet: what was refused tells by its own metadata what it was about; when its slot is gone its request
 * does, or the account of the destruction.
 */
async function idsOf(
  world: World,
  { private: { submission }, studyId, requestId }: SubmissionRecord,
): Promise<{ readonly PatientID: string; readonly StudyInstanceUID: string }> {
  const entry = submission?.documentEntries[0]
  if (entry !== undefined) {
    const [StudyInstanceUID = ""] = referenced(entry, REFERENCE_TYPE.study)
    return { PatientID: patientIdOf(entry), StudyInstanceUID }
  }
  const asked = (await world.ledger.request(requestId ?? ""))?.private
  if (asked !== undefined && asked.patient.PatientID !== "")
    return { PatientID: asked.patient.PatientID, StudyInstanceUID: asked.StudyInstanceUID }
  const [account] = await world.ledger.certificatesOfStudy(studyId ?? "")
  return found(account?.private, "ids of what was refused")
}

/**
 * What we sent counts as failed, also when its bytes were accepted before. Only what is verified there can be refused, and
 * a signed receipt is not taken back: but for a report, which is judged again by every newer list.
 */
export const refusalEffect: EffectOf = async (world, record, documents, agreement) => {
  const document = found(
    documents.find((each) => each.role === "refusal"),
    "refusal in this submission",
  )
  const said = readRefusal(await readWhole(world.spool, document.place))
  const sent = await world.ledger.submissionBySetUid(agreement.id, "out", said.submissionSetUid)
  if (sent?.requestId !== record.requestId)
    throw new ContentError("ERR_OTHER_SUBJECT", "the notice names no submission of ours for this request")
  if (!ANSWERED.includes(sent.kind)) throw new ContentError("ERR_DOCUMENTS", `no ${sent.kind} can be refused`)
  return { signature: null, follow: () => refused(world, sent.id, said.code) }
}

async function refused(world: World, submissionId: string, code: string): Promise<readonly Change[]> {
  const sent = await world.ledger.submission(submissionId)
  const step = sent === null ? null : next("submission-out", sent.state, "refusal")
  if (sent === null || step === null) return []
  if (sent.state === "verified" && sent.kind !== "report")
    throw new ContentError("ERR_DOCUMENTS", "the notice refuses what a signed receipt has confirmed")
  const at = world.clock.now().toISOString()
  const record: SubmissionRecord = {
    ...sent,
    state: step.to,
    acceptedAt: sent.acceptedAt ?? at,
    failureCode: `ERR_SUBMISSION_UNVERIFIED ${code}`,
  }
  return [
    putSubmission(world, record),
    exportAudit(world, record, "serious", at),
    ...(await keptAgain(world, record)),
  ]
}

/** Our own copy is not delivered after all: it stays until it is. */
async function keptAgain(world: World, { kind, studyId }: SubmissionRecord): Promise<Change[]> {
  const study = kind === "study" && studyId !== null ? await world.ledger.study(studyId) : null
  const step = study === null ? null : next("study", study.state, "refused")
  return study === null || step === null
    ? []
    : [{ put: "study", record: { ...study, state: step.to, keepUntil: null } }]
}
