/**
 * Early: images that leave in units while their study still comes in, where the device's setting or the urgency says so. What
 * closes the delivery is planned with its first look and waits; it leaves when the study is complete and released.
 *
 * Nothing leaves before a request names the study, by its UID or its accession number and of its patient: that alone is no
 * matter of what comes later. A request that a person has to choose, or that waits for a person's word or for the patient's
 * consent, waits.
 */
import type { Agreement } from "../agreement.ts"
import { lacksAffinityPatient } from "../affinity-patient.ts"
import { lacksConsent } from "../consent.ts"
import { agreementInForce } from "../keep.ts"
import { isSealing } from "../packaging.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { isRecalled } from "../retain/recall.ts"
import { due } from "../run.ts"
import { targetOf, withStudy } from "../subject.ts"
import type { World } from "../world.ts"
import { isNamedFor } from "./bind.ts"
import { planStudy } from "./release.ts"

/**
 * A study that still comes in: what begins to leave of it now. Called under its lock and BINDING.
 *
 * @param leavesEarly its device sends while it scans; else only what is STAT does
 */
export async function beginning(world: World, study: StudyRecord, leavesEarly: boolean): Promise<Change[]> {
  if (study.state !== "arriving" || (study.conflicts ?? 0) > 0) return []
  const bound = (await world.ledger.requestsOfStudy(study.id)).filter((each) => targetOf(each) === study.id)
  const unbound = await world.ledger.unboundRequests(leavesEarly ? undefined : "STAT")
  const going: RequestRecord[] = []
  for (const request of [...bound, ...unbound.filter((each) => isNamedFor(each, study))])
    if (mayBegin(world, request, leavesEarly) && !(await hasBegun(world, request))) going.push(request)
  const [first] = going
  if (first === undefined) return []
  return [
    { put: "study", record: { ...study, agreement: study.agreement ?? first.agreement } },
    ...going.flatMap((request) => begun(world, study, request)),
  ]
}

function mayBegin(world: World, request: RequestRecord, leavesEarly: boolean): boolean {
  const agreement = agreementInForce(world, request.agreement)
  return (
    agreement !== null &&
    takesUnits(agreement) &&
    request.releaseWhenComplete &&
    !isRecalled(request) &&
    !lacksConsent(world, request) &&
    !lacksAffinityPatient(world, request) &&
    (leavesEarly || (request.urgency === "STAT" && !agreement.line.statWaits))
  )
}

const takesUnits = (agreement: Agreement): boolean => agreement.units === "adaptive" && isSealing(agreement)

/** Also what was given up: it leaves anew when the study is complete. */
async function hasBegun(world: World, { id }: RequestRecord): Promise<boolean> {
  const all = await world.ledger.submissionsOf({ requestId: id, kind: "study" })
  return all.some(({ direction }) => direction === "out")
}

function begun(world: World, study: StudyRecord, request: RequestRecord): Change[] {
  const record: SubmissionRecord = { ...planStudy(world, study, request), releasedAt: null }
  return [
    { put: "request", record: withStudy(request, study, "target") },
    { put: "submission", record },
    due("recode", record.id, world.clock.now()),
  ]
}
