/** Release: images leave. A submission is planned for each request; it carries the study and that request. */
import { uuid } from "../ids.ts"
import type { Change } from "../records/ledger.ts"
import type { Principal, RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next, take } from "../route.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/**
 * The study, released for these requests; as it is when the table does not allow it. Whatever has not gone there goes, also
 * what came late except `stillLate` images that wait for a person; the term of our copy begins anew with the next verified receipt. Called under the study's lock.
 *
 * @param begun what has left of it in units already, and waits for this
 */
export function release(
  world: World,
  study: StudyRecord,
  requests: readonly RequestRecord[],
  stillLate = 0,
  begun: readonly SubmissionRecord[] = [],
): Change[] {
  const step = next("study", study.state, "release")
  if (step === null) return [{ put: "study", record: study }]
  const now = world.clock.now()
  const planned = requests.map((request): SubmissionRecord => {
    const open = begun.find(({ requestId }) => requestId === request.id)
    return open === undefined
      ? planStudy(world, study, request)
      : { ...open, releasedAt: now.toISOString(), private: { ...open.private, ...principalIn(request) } }
  })
  return [
    {
      put: "study",
      record: { ...study, state: step.to, late: stillLate, keepUntil: null, recalledAt: null },
    },
    ...planned.flatMap((record): Change[] => [
      { put: "submission", record },
      due(step.verb ?? "package", record.id, now),
    ]),
  ]
}

/** The submission that carries this study for this request, or closes what of it leaves in units. */
export const planStudy = (world: World, study: StudyRecord, request: RequestRecord): SubmissionRecord => ({
  ...plan(world, { kind: "study", agreement: request.agreement, slotId: study.slotId }),
  studyId: study.id,
  requestId: request.id,
  bytesTotal: study.bytes,
  private: { submission: null, verdict: null, ...principalIn(request) },
})

/** What leaves by itself leaves in the name of whoever asked for it. */
const principalIn = ({ private: { principal } }: RequestRecord): { readonly principal?: Principal } =>
  principal === undefined ? {} : { principal }

/** A submission that is to be made. */
export function plan(
  world: World,
  what: Pick<SubmissionRecord, "kind" | "agreement" | "slotId">,
): SubmissionRecord {
  return {
    id: uuid(world.chance),
    direction: "out",
    state: take("submission-out", "-", "plan"),
    studyId: null,
    requestId: null,
    reportId: null,
    answers: null,
    submissionSetUid: "",
    segmentId: null,
    attempts: 0,
    failureCode: null,
    createdAt: world.clock.now().toISOString(),
    acceptedAt: null,
    verifiedAt: null,
    bytesTotal: 0,
    private: { submission: null, verdict: null },
    ...what,
  }
}
