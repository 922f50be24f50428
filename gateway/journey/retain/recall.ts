/**
 * Recall: a study that should not have been sent. What has not left never leaves; where it may have arrived a signed notice
 * follows it; what that does at the reading centre: `recall-effect.ts`.
 */
import { writeRecall } from "../../standards/notice/recall.ts"
import { decidedAudit } from "../audit.ts"
import { found, kept, only } from "../desk-guards.ts"
import { ReportError } from "../errors.ts"
import { agreementOf, carriesImages, isErased, keepUntil, takesNotices } from "../keep.ts"
import { BINDING, holding } from "../locks.ts"
import { isMarked } from "../media/marks.ts"
import type { ContentsOf } from "../submit/package.ts"
import type { Person } from "../ports/person.ts"
import { inNameOf, principalOf } from "../principal.ts"
import { putAside } from "../submit/put-aside.ts"
import { notice } from "../verify/receipt.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyDecision, StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { plan } from "../assemble/release.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import { subjectOf, targetOf } from "../subject.ts"
import type { World } from "../world.ts"

/** A study that was is in the state of that name until its slot is destroyed; a request stays so. */
export const isRecalled = ({ recalledAt = null }: StudyRecord | RequestRecord): boolean => recalledAt !== null

/** The request it leaves for was taken back with the study. */
export async function isTakenBack(
  world: Pick<World, "ledger">,
  { requestId }: Pick<SubmissionRecord, "requestId">,
): Promise<boolean> {
  const request = requestId === null ? null : await world.ledger.request(requestId)
  return request !== null && isRecalled(request)
}

/**
 * By staff, for the study of this request and every other request that asked for it.
 *
 * @throws ReportError ERR_REPORT_STATE when it is recalled already, or no longer here; DeskError
 */
export async function recall(world: World, person: Person, requestId: string, reason: string): Promise<void> {
  only(person, "clerk")
  const studyId = found(targetOf(kept(await world.ledger.request(requestId))), "study of this request")
  await holding(world.locks, [studyId, BINDING, requestId], async () => {
    const study = found(await world.ledger.study(studyId), "study")
    const step = next("study", study.state, "recall")
    if (step === null || isErased(study))
      throw new ReportError("ERR_REPORT_STATE", "this study is recalled already, or no longer here")
    const at = world.clock.now()
    const decision: StudyDecision = { at: at.toISOString(), by: person.name, what: "recalled", reason }
    const requests = await askedFor(world, study)
    const until = termOf(world, study, at)
    const recalled: StudyRecord = {
      ...study,
      state: step.to,
      recalledAt: decision.at,
      late: 0,
      keepUntil: until?.toISOString() ?? null,
      private: { ...study.private, decisions: [...(study.private.decisions ?? []), decision] },
    }
    const submissions = await world.ledger.submissionsOf({ studyId })
    const gone = await mayHaveLeft(world, submissions)
    await world.ledger.commit([
      { put: "study", record: recalled },
      ...(until === null ? [] : [due("expire", study.id, until)]),
      ...submissions
        .filter(mayBeStopped)
        .flatMap((each) => putAside(world, each, "recalled", "ERR_INSTANCE_RECALLED")),
      ...inNameOf(
        principalOf(person, at),
        requests.flatMap((each) => [closed(each, decision.at), ...followUp(world, each, gone)]),
      ),
      recalledAudit(study, person, decision.at),
    ])
  })
}

/** The requests that ask for this study to be read. */
export const askedFor = async (world: World, study: StudyRecord): Promise<readonly RequestRecord[]> =>
  (await world.ledger.requestsOfStudy(study.id)).filter((each) => targetOf(each) === study.id)

/** Our own copy goes as it would have gone after sending; of an agreement that is gone we know no term: a person is told. */
function termOf(world: World, study: StudyRecord, at: Date): Date | null {
  const agreement = agreementOf(world, study.agreement)
  return agreement === null ? null : keepUntil(agreement, at)
}

/** It lies here, and nobody has to ask whether a try of it arrived. */
export const mayBeStopped = ({ direction, kind, state, unanswered = 0 }: SubmissionRecord): boolean =>
  direction === "out" &&
  (carriesImages(kind) || kind === "preliminary") &&
  (state === "planned" || state === "sealed") &&
  unanswered === 0

/** Nobody reads for it any more; a report that is signed stays what it is. */
export function closed(request: RequestRecord, recalledAt: string): Change {
  const state = next("case", request.state, "recalled")?.to ?? request.state
  return { put: "request", record: { ...request, state, recalledAt } }
}

/** The submissions of images that are, or may be, at the other side, or on a medium on its way there. */
async function mayHaveLeft(
  world: World,
  submissions: readonly SubmissionRecord[],
): Promise<readonly SubmissionRecord[]> {
  const gone: SubmissionRecord[] = []
  for (const each of submissions.filter(
    ({ direction, kind }) => direction === "out" && carriesImages(kind),
  )) {
    const isOnLine =
      each.acceptedAt !== null ||
      (!mayBeStopped(each) && (each.state !== "failed" || (each.unanswered ?? 0) > 0))
    if (isOnLine || (await isMarked(world, each))) gone.push(each)
  }
  return gone
}

/**
 * Where the images are, or may be: the notice goes behind them (submit.ts keeps the order). Whoever reads no notices is told
 * by telephone, as by the notice on the page.
 */
function followUp(world: World, request: RequestRecord, gone: readonly SubmissionRecord[]): Change[] {
  const sent = gone.some(({ requestId }) => requestId === request.id)
  return sent && takesNotices(world, request.agreement) ? planRecall(world, request) : []
}

/** The notice for this request; made anew when the other side has refused one. */
export function planRecall(world: World, request: RequestRecord): Change[] {
  const planned = {
    ...plan(world, { kind: "recall", agreement: request.agreement, slotId: request.slotId }),
    studyId: targetOf(request),
    requestId: request.id,
  }
  return [{ put: "submission", record: planned }, due("package", planned.id, world.clock.now())]
}

export const recallContents: ContentsOf = async (world, record, agreement) => {
  const study = found(await world.ledger.study(record.studyId ?? ""), "study")
  const decision = found(
    study.private.decisions?.findLast(({ what }) => what === "recalled"),
    "reason of the recall",
  )
  const subject = await subjectOf(world, record, agreement)
  const draft = notice(world, "recall", "送付取消通知", new Uint8Array(0))
  const bytes = writeRecall({
    documentId: draft.uniqueId,
    StudyInstanceUID: subject.StudyInstanceUID,
    requestNumber: subject.requestNumber,
    reason: decision.reason,
    by: { id: decision.by, name: decision.by },
    institution: { oid: world.site.oid, name: world.site.name },
    at: decision.at,
  })
  return { subject, contents: [{ ...draft, body: { bytes } }], signs: [], replaces: [] }
}

function recalledAudit(study: StudyRecord, person: Person, at: string): Change {
  return decidedAudit(study, person, {
    what: "recalled",
    at,
    instances: study.instances,
    description: "a person recalled the study",
  })
}
