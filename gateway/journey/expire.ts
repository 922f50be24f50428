/**
 * Expire: what must go now, and the proof that it went.
 *
 * Driven by state in the ledger, never by a timer alone: whatever is due when we look, goes. Order: stop readers →
 * record intent → destroy the slot → rows → certificate. Every step may be run again after a crash.
 */
import { audit } from "./audit.ts"
import { agreementOf, cameFromPartner } from "./keep.ts"
import { milestone } from "./milestones.ts"
import type { Destruction } from "./ports.ts"
import type { CertificateRecord, Change, JobRecord, RequestRecord, StudyRecord } from "./records.ts"
import { plan } from "./release.ts"
import { isOver, next } from "./route.ts"
import { due, type Outcome } from "./run.ts"
import type { World } from "./world.ts"

/** What we say of a destruction; before copies outside our control are gone it is not "erased". */
export const ERASED_ONLINE =
  "erased online: key destroyed and read back, files removed; copies in backups end with the key epoch"

export async function expire(world: World, job: JobRecord): Promise<Outcome> {
  const study = await world.ledger.study(job.subject)
  const now = world.clock.now()
  if (study === null) return { changes: [] }
  if (study.keepUntil === null) return { changes: [] }
  if (new Date(study.keepUntil) > now)
    return { changes: [], again: { at: new Date(study.keepUntil), failureCode: null } }
  const step = next("study", study.state, "term")
  if (step === null) return { changes: [] }
  const requests = await world.ledger.requestsOfStudy(study.id)
  if (isNeeded(study, requests))
    return { changes: [], again: { at: new Date(now.getTime() + NEEDED_LOOK_MS), failureCode: null } }
  if (study.private.StudyInstanceUID !== "") await world.ledger.commit([intentAudit(study, now)])
  if (study.recodedSlotId !== null) await world.spool.destroySlot(study.recodedSlotId)
  const destruction = await world.spool.destroySlot(study.slotId)
  const expired: StudyRecord = { ...study, state: step.to }
  return {
    changes: [
      { put: "study", record: expired, slotGone: true },
      { remove: "instances", studyId: study.id },
      deletedAudit(study, destruction),
      ...requests.map((each) => milestone(each.id, "expired", destruction.at)),
      ...certify(world, study, destruction, requests[0]),
    ],
  }
}

/** How often a study that is kept past its term is looked at again. */
const NEEDED_LOOK_MS = 24 * 60 * 60 * 1000

/**
 * Nothing is erased that somebody still waits for: images that were answered with success and have not left, and, at
 * the reading centre, images of a case that is not read. The lists of both desks say so.
 */
export function isNeeded(study: StudyRecord, requests: readonly RequestRecord[]): boolean {
  if (cameFromPartner(study)) return requests.some((each) => !isOver(each.state))
  return study.late > 0 || (study.conflicts ?? 0) > 0
}

/** A copy that came from a partner is accounted for to the partner; our own copy only in the audit trail. */
function certify(
  world: World,
  study: StudyRecord,
  destruction: Destruction,
  request: RequestRecord | undefined,
): Change[] {
  const agreement = agreementOf(world, study.agreement)
  if (request === undefined || agreement === null || !cameFromPartner(study)) return []
  const certificate: CertificateRecord = {
    id: destruction.slotId,
    studyId: study.id,
    requestId: request.id,
    at: destruction.at,
    objects: destruction.objects,
    statement: ERASED_ONLINE,
    verdict: null,
    destruction,
  }
  const planned = {
    ...plan(world, { kind: "certificate", agreement: agreement.id, slotId: request.slotId }),
    studyId: study.id,
    requestId: request.id,
  }
  return [
    { put: "certificate", record: certificate },
    { put: "submission", record: planned },
    due("package", planned.id, world.clock.now()),
  ]
}

/** Before anything is lost: who and what, while the ledger can still read it. */
function intentAudit(study: StudyRecord, now: Date): Change {
  return audit(`deleting/${study.id}`, {
    event: "study-deleted",
    outcome: "minor",
    at: now.toISOString(),
    PatientID: study.private.patient.PatientID,
    StudyInstanceUID: study.private.StudyInstanceUID,
    instances: study.instances,
    description: "retention ended; destruction begins",
  })
}

function deletedAudit(study: StudyRecord, destruction: Destruction): Change {
  return audit(`deleted/${study.id}`, {
    event: "study-deleted",
    outcome: destruction.readBack ? "success" : "serious",
    at: destruction.at,
    PatientID: study.private.patient.PatientID,
    StudyInstanceUID: study.private.StudyInstanceUID,
    instances: destruction.objects,
    description: ERASED_ONLINE,
  })
}
