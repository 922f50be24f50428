/**
 * Send again: what was given up leaves once more, byte for byte; what could not even be made is made first; what waits
 * for its next try is tried now.
 */
import { ReportError } from "../errors.ts"
import { isRefusedStudy, stopped, type CaseFile } from "../cases/case-file.ts"
import { agreementOf, carriesImages } from "../keep.ts"
import { affinityCx } from "../affinity-patient.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/**
 * The other side recognises what it has taken. A try that is under way just now may be followed by one more: every step
 * stands being run again.
 *
 * Of several deliveries of a study only the last one counts: what a later manifest replaced stays here, and so does a study
 * that was taken back.
 *
 * @throws ReportError ERR_REPORT_STATE when nothing was given up and nothing fails
 */
export function sentAgain(world: World, file: CaseFile): Change[] {
  const now = world.clock.now()
  const last = new Set(stopped(file))
  const lastIds = new Set([...last].map(({ id }) => id))
  const isWanted = (each: SubmissionRecord): boolean =>
    carriesImages(each.kind) ? lastIds.has(each.partOf ?? each.id) : true
  const left = file.submissions
    .filter((each) => isGivenUp(each) && isWanted(each))
    .flatMap((each): Change[] => {
      const event = each.submissionSetUid === "" ? "remake" : "retry"
      const step = next("submission-out", each.state, event)
      if (!step?.verb) return []
      const record: SubmissionRecord = { ...each, state: step.to, failureCode: null }
      return [{ put: "submission", record }, due(step.verb, each.id, now)]
    })
  const changes = [...left, ...file.jobs.map((job) => due(job.verb, job.subject, now))]
  if (changes.length === 0) throw new ReportError("ERR_REPORT_STATE", "nothing was given up for this request")
  return changes
}

/**
 * Has the study to be made anew, since its bytes cannot succeed? The other side took and refused it; or it was made in units,
 * which its partner does not take and the agreement does not name any more; or the patient has another number there by now.
 */
export function isMadeAnew(world: Pick<World, "agreements">, file: CaseFile): boolean {
  const isInUnits = (id: string): boolean => file.submissions.some(({ partOf }) => partOf === id)
  return stopped(file).some(
    (each) =>
      isRefusedStudy(each) ||
      isOfOtherPatient(world, file.request, each) ||
      (agreementOf(world, each.agreement)?.units === "off" && isInUnits(each.id)),
  )
}

function isOfOtherPatient(
  world: Pick<World, "agreements">,
  request: RequestRecord,
  { kind, agreement: id, private: { submission } }: SubmissionRecord,
): boolean {
  const agreement = agreementOf(world, id)
  if (agreement?.affinityDomain === undefined || kind !== "study" || submission === null) return false
  const { patientId } = submission.submissionSet
  // Limited metadata name no patient at all.
  return patientId !== null && patientId !== affinityCx(agreement, request)
}

/** What the other side took and then refused is not given up by us. */
const isGivenUp = ({ direction, acceptedAt }: SubmissionRecord): boolean =>
  direction === "out" && acceptedAt === null
