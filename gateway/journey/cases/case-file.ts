/** Case file: everything the ledger knows of one reading case, for whoever lists or shows it. */
import type { CaseFile } from "./cases.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { JobRecord } from "../records/job.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { failureClassOf } from "../errors.ts"
import { inOrder, isAddendum } from "../lineage.ts"
import { agreementOf, carriesImages } from "../keep.ts"
import { isOver } from "../route.ts"
import { targetOf } from "../subject.ts"
import { holds } from "../verify/verify.ts"
import { finalAmong } from "./preliminary.ts"
import type { World } from "../world.ts"

/** A first failure is often over before anybody has read it. */
export const TOLD_AFTER_ATTEMPTS = 2

export type { CaseFile }

export async function caseFile(world: Pick<World, "ledger">, request: RequestRecord): Promise<CaseFile> {
  const study = await world.ledger.study(targetOf(request) ?? "")
  const submissions = await world.ledger.submissionsOf({ requestId: request.id })
  const certificates = study === null ? [] : await world.ledger.certificatesOfStudy(study.id)
  const milestones = await world.ledger.milestones(request.id)
  return {
    request,
    study,
    submissions,
    reports: shown(request, await world.ledger.reportsOfRequest(request.id)),
    certificates: certificates.filter(saysSomething).sort((a, b) => (a.at < b.at ? -1 : 1)),
    milestones,
    jobs: await failingJobs(world, study, submissions),
  }
}

/** Begun, or come in and not verified, it says nothing yet. */
export const saysSomething = ({ verdict, destruction }: CertificateRecord): boolean =>
  verdict !== null || destruction !== null

/** Whether the other side of this agreement has erased images: by its certificate, which holds, and when. */
export const erasureOf =
  (agreement: string) =>
  (certificate: CertificateRecord): boolean =>
    certificate.agreement === agreement &&
    certificate.what === "images" &&
    holds(certificate.verdict?.outcome)

function shown({ state }: RequestRecord, reports: readonly ReportRecord[]): ReportRecord[] {
  const written = inOrder(reports)
  const signed = written.filter(({ status }) => status !== "draft")
  return isOver(state) && signed.length > 0 ? signed : written
}

/** Whose jobs say whether a case goes on: its study, and what is under way. */
export function busySubjects(
  study: StudyRecord | null,
  submissions: readonly SubmissionRecord[],
): readonly string[] {
  const busy = submissions.filter((each) => isUnderWay(each) || each.state === "accepted")
  return [...(study === null ? [] : [study.id]), ...busy.map((each) => each.id)]
}

async function failingJobs(
  world: Pick<World, "ledger">,
  study: StudyRecord | null,
  submissions: readonly SubmissionRecord[],
): Promise<JobRecord[]> {
  const jobs: JobRecord[] = []
  for (const subject of busySubjects(study, submissions))
    jobs.push(...(await world.ledger.jobsOf(subject)).filter(isTold))
  return jobs
}

/** When the other side last said so of this kind; one more try does not take it back. */
export function lastAt(
  { submissions }: CaseFile,
  direction: SubmissionRecord["direction"],
  kind: SubmissionRecord["kind"],
  when: "acceptedAt" | "verifiedAt",
): string | null {
  const said = submissions.findLast(
    (each) => each.direction === direction && each.kind === kind && each[when] !== null,
  )
  return said?.[when] ?? null
}

/**
 * What failed and was not followed by another try: each kind has one way, and its last submission says where it stands.
 * Of a study that was taken back nobody wants one.
 */
export function stopped({
  request,
  submissions,
  reports,
}: Pick<CaseFile, "request" | "submissions" | "reports">): SubmissionRecord[] {
  const isRecalled = request.recalledAt !== undefined
  const isSigned = finalAmong({ reports }) !== null
  const wanted = submissions.filter(({ kind }) => {
    // A unit that was given up stops the study it is part of.
    if (carriesImages(kind)) return kind === "study" && !isRecalled
    // What was said before a report is of no use once that is signed.
    return kind !== "preliminary" || (!isSigned && !isRecalled)
  })
  // An addendum goes its own way: the report it is added to is not there because that arrived.
  const added = new Map(reports.filter(isAddendum).map(({ submissionId, setId }) => [submissionId, setId]))
  const ways = Map.groupBy(wanted, ({ id, direction, kind }) => `${direction} ${kind} ${added.get(id) ?? ""}`)
  const last = [...ways.values()].flatMap((each) => each.at(-1) ?? [])
  return last.filter(({ state }) => state === "failed")
}

/** Our images came there, were verified, and the other side refuses them by its notice. */
export const isRefusedStudy = ({ direction, kind, state, acceptedAt }: SubmissionRecord): boolean =>
  direction === "out" && kind === "study" && state === "failed" && acceptedAt !== null

/** On its way out, and somebody waits for it. */
export const isUnderWay = ({ state }: SubmissionRecord): boolean =>
  state === "planned" || state === "sealed" || state === "sending"

/** Its bytes are there; whether they hold a signed receipt is still to say. Where none is agreed the answer said it all. */
export const awaitsReceipt = (
  world: Pick<World, "agreements">,
  { state, agreement }: SubmissionRecord,
): boolean => state === "accepted" && agreementOf(world, agreement)?.receipts === "signed"

/** Nobody knows yet whether it has arrived, or what became of it there. */
export const isOpenThere = (world: Pick<World, "agreements">, submission: SubmissionRecord): boolean =>
  isUnderWay(submission) || awaitsReceipt(world, submission)

/** Of the jobs of a case those that do not succeed by being repeated; without an agreement nothing is repeated. */
export const isTold = (job: JobRecord): boolean =>
  job.failureCode !== null &&
  job.failureCode !== "ERR_NOT_AGREED" &&
  (needsPerson(job) || job.attempts >= TOLD_AFTER_ATTEMPTS)

/** Time does not mend it: somebody has to. A verification that waits for evidence gets it by itself. */
export const needsPerson = ({ verb, failureCode }: JobRecord): boolean =>
  verb !== "verify" && failureCode !== null && failureClassOf(failureCode) === "permanent"
