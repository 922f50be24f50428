/**
 * Assemble: decide when the instances of a study are all here, which request they are for, and whether they
 * may leave.
 *
 * DICOM gives a Storage SCP no end-of-study signal: C-STORE is per instance (PS3.4 B.2) and an association may
 * carry part of a study or several (PS3.7 9.1.1). We therefore wait for quiet.
 */
import type { Change, JobRecord, RequestRecord, StudyRecord, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import { due, type Outcome } from "./run.ts"
import { uuid } from "./ids.ts"
import { agreementInForce } from "./keep.ts"
import { milestone } from "./milestones.ts"
import { receivedAudit } from "./audit.ts"
import { withTarget } from "./subject.ts"
import type { World } from "./world.ts"

/** What is known of one study's arrival. Times are instants (UTC). */
export interface Arrivals {
  readonly instances: number
  readonly lastArrival: Date
}

export type Assembly =
  | { readonly kind: "complete"; readonly instances: number }
  | { readonly kind: "waiting"; readonly until: Date }

/**
 * A study is complete when nothing arrived for `quietMs`.
 *
 * @param quietMs quiet period in milliseconds; 0 means "at once"
 * @param now     the present, from Clock
 */
export function assembly(arrivals: Arrivals, quietMs: number, now: Date): Assembly {
  const until = new Date(arrivals.lastArrival.getTime() + quietMs)
  return now < until ? { kind: "waiting", until } : { kind: "complete", instances: arrivals.instances }
}

/** What the edge adds to the world: how long a device is quiet before its study counts as complete. */
export type QuietPeriod = (callingAE: string) => number

/** The job: quiet? then bind to a request, and release when the request says so. */
export async function assemble(world: World, quietMsOf: QuietPeriod, job: JobRecord): Promise<Outcome> {
  const study = await world.ledger.study(job.subject)
  if (study === null) return { changes: [] }
  const now = world.clock.now()
  if (study.state !== "arriving") return { changes: await bindAndRelease(world, study) }
  const arrivals = { instances: study.instances, lastArrival: new Date(study.lastArrivalAt) }
  const result = assembly(arrivals, quietMsOf(study.callingAE), now)
  if (result.kind === "waiting") return { changes: [], again: { at: result.until, failureCode: null } }
  const to = next("study", study.state, "quiet")?.to ?? study.state
  const complete: StudyRecord = { ...study, state: to }
  return {
    changes: [
      ...(await bindAndRelease(world, complete)),
      receivedAudit(complete, now.toISOString()),
      milestone(study.id, "received", study.lastArrivalAt),
    ],
  }
}

/** The study as it is now, bound to its request if there is one, released if the request asks for it. */
export async function bindAndRelease(world: World, study: StudyRecord): Promise<Change[]> {
  if (study.state !== "complete") return [{ put: "study", record: study }]
  const bound = (await world.ledger.requestsOfStudy(study.id))[0] ?? (await matching(world, study))
  if (bound === null) return [{ put: "study", record: study }]
  const request = withTarget(bound, study.id)
  const named: StudyRecord = { ...study, agreement: request.agreement }
  world.notify(request.id)
  const changes: Change[] = [{ put: "request", record: request }]
  return request.releaseWhenComplete && agreementInForce(world, request.agreement) !== null
    ? [...changes, ...release(world, named, request)]
    : [...changes, { put: "study", record: named }]
}

/** Images leave: plan the submission that carries study and request. Empty when the table does not allow it. */
export function release(world: World, study: StudyRecord, request: RequestRecord): Change[] {
  const step = next("study", study.state, "release")
  if (step === null) return [{ put: "study", record: study }]
  const now = world.clock.now()
  const planned: SubmissionRecord = {
    ...plan(world, { kind: "study", agreement: request.agreement, slotId: study.slotId }),
    studyId: study.id,
    requestId: request.id,
    bytesTotal: study.bytes,
  }
  return [
    { put: "study", record: { ...study, state: step.to, agreement: request.agreement } },
    { put: "submission", record: planned },
    milestone(request.id, "released", now.toISOString()),
    due(step.verb ?? "recode", planned.id, now),
  ]
}

/** A submission that is to be made. */
export function plan(
  world: World,
  what: Pick<SubmissionRecord, "kind" | "agreement" | "slotId">,
): SubmissionRecord {
  return {
    id: uuid(world.chance),
    direction: "out",
    state: "planned",
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

/** The oldest open request that names this study, its accession number, or its patient. */
async function matching(world: World, study: StudyRecord): Promise<RequestRecord | null> {
  const open = await world.ledger.unboundRequests()
  const { StudyInstanceUID, AccessionNumber, patient } = study.private
  const samePatient = open.filter((each) => each.private.patient.PatientID === patient.PatientID)
  const byUid = samePatient.find((each) => each.private.StudyInstanceUID === StudyInstanceUID)
  const byAccession = samePatient.find(
    (each) => each.private.AccessionNumber !== "" && each.private.AccessionNumber === AccessionNumber,
  )
  const unnamed = samePatient.find(
    (each) => each.private.StudyInstanceUID === "" && each.private.AccessionNumber === "",
  )
  return byUid ?? byAccession ?? unnamed ?? null
}
