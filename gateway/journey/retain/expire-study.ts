/** The term of a study's images ends: slot destroyed, bytes gone, and an account of it to whose data they were. */
import { begunAccount, ERASED_ONLINE, finishedAccount } from "./account.ts"
import { audit } from "../audit.ts"
import { isOpenThere, isUnderWay } from "../cases/case-file.ts"
import { SpoolError } from "../errors.ts"
import { agreementOf, cameFromPartner } from "../keep.ts"
import { refusalsAnew } from "../verify/plan-refusal.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { Destruction, SlotId } from "../ports/spool.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { isRecalled } from "./recall.ts"
import { next } from "../route.ts"
import type { Outcome } from "../run.ts"
import { endOfImages, isHeldBack } from "./term.ts"
import type { World } from "../world.ts"

/** How often what is kept past its term is looked at again. */
export const NEEDED_LOOK_MS = 24 * 60 * 60 * 1000

export async function expireStudy(world: World, study: StudyRecord): Promise<Outcome> {
  const now = world.clock.now()
  const requests = await world.ledger.requestsOfStudy(study.id)
  const end = endOfImages(world, study, requests)
  if (end === null) return { changes: [] }
  if (end > now) return { changes: [], again: { at: end, failureCode: null } }
  const step = next("study", study.state, "term")
  if (step === null) return { changes: [] }
  if (!cameFromPartner(study) && (isHeldBack(study) || (await isDelivering(world, study))))
    return { changes: [], again: { at: new Date(now.getTime() + NEEDED_LOOK_MS), failureCode: null } }
  const account = await accountOf(world, study, requests[0])
  const whose = subjectOfStudy(study, requests, account)
  await world.ledger.commit([
    intentAudit(study, whose, now),
    ...(account === null ? [] : [{ put: "certificate", record: account } as const]),
  ])
  const counted = account?.objects ?? study.instances
  if (study.recodedSlotId !== null) await destroyedImages(world, study.recodedSlotId)
  for (const slotId of study.joinedSlots ?? []) await destroyedImages(world, slotId)
  const destruction = await destroyedImages(world, study.slotId)
  const expired: StudyRecord = { ...study, state: step.to }
  return {
    changes: [
      { put: "study", record: expired, slotGone: true },
      { remove: "instances", studyId: study.id },
      deletedAudit(study, whose, destruction.at, Math.max(destruction.objects, counted)),
      ...(account === null ? [] : finishedAccount(world, account, destruction)),
      ...(await refusalsAnew(world, study.id)),
    ],
  }
}

/** A copy that came from a partner is accounted for to the partner; our own copy only in the audit trail. */
async function accountOf(
  world: World,
  study: StudyRecord,
  request: RequestRecord | undefined,
): Promise<CertificateRecord | null> {
  const agreement = agreementOf(world, study.agreement)
  const submissions = await world.ledger.submissionsOf({ studyId: study.id })
  // What never verified has no case here; its submission says which request of the hospital it was for.
  const requestId = request?.id ?? submissions.find(({ direction }) => direction === "in")?.requestId ?? null
  if (requestId === null || agreement === null || !cameFromPartner(study)) return null
  const { patient, StudyInstanceUID, AccessionNumber } = request?.private ?? study.private
  const requestNumber = request?.private.requestNumber ?? ""
  return begunAccount(world, {
    what: "images",
    ...(isRecalled(study) ? { reason: "request" as const } : {}),
    agreement,
    studyId: study.id,
    requestId,
    slots: [study.slotId, ...(study.joinedSlots ?? [])],
    whose: { PatientID: patient.PatientID, StudyInstanceUID, AccessionNumber, requestNumber },
    submissions,
  })
}

/**
 * One of several deliveries is not at its end: its bytes lie in this slot. That is so, too, while units of it have left and
 * a person is asked to release the rest. Of what was taken back no receipt is awaited.
 */
async function isDelivering(world: World, study: StudyRecord): Promise<boolean> {
  const submissions = await world.ledger.submissionsOf({ studyId: study.id })
  const isOpen = (each: SubmissionRecord): boolean =>
    study.state === "recalled" ? isUnderWay(each) : isOpenThere(world, each)
  return submissions.some((each) => each.direction === "out" && each.kind === "study" && isOpen(each))
}

/** What readers have of it in memory goes first; from the same moment on nothing of it is kept there any more. */
function destroyedImages(world: World, slotId: SlotId): Promise<Destruction> {
  world.frames.forget(slotId)
  return destroyed(world, slotId)
}

/** Keys that did not read back as zero are not destroyed: it is done again, and nothing is certified. */
export async function destroyed(world: Pick<World, "spool">, slotId: SlotId): Promise<Destruction> {
  const destruction = await world.spool.destroySlot(slotId)
  if (!destruction.readBack)
    throw new SpoolError("ERR_SPOOL_WRITE", "a destroyed key did not read back as zero")
  return destruction
}

type Whose = Pick<AuditEvent, "PatientID" | "StudyInstanceUID">

/** After a crash between key and row the study tells nothing any more; its request and its account still do. */
function subjectOfStudy(
  { private: header }: StudyRecord,
  requests: readonly RequestRecord[],
  account: CertificateRecord | null,
): Whose {
  if (header.StudyInstanceUID !== "")
    return { PatientID: header.patient.PatientID, StudyInstanceUID: header.StudyInstanceUID }
  const asked = requests[0]?.private
  return {
    PatientID: account?.private.PatientID ?? asked?.patient.PatientID ?? null,
    StudyInstanceUID: account?.private.StudyInstanceUID ?? asked?.StudyInstanceUID ?? null,
  }
}

/** Before anything is lost: who and what, while the ledger can still read it. */
function intentAudit(study: StudyRecord, whose: Whose, now: Date): Change {
  return audit(`deleting/${study.id}`, {
    event: "study-deleted",
    outcome: "minor",
    at: now.toISOString(),
    ...whose,
    instances: study.instances,
    description: "retention ended; destruction begins",
  })
}

function deletedAudit(study: StudyRecord, whose: Whose, at: string, objects: number): Change {
  return audit(`deleted/${study.id}`, {
    event: "study-deleted",
    outcome: "success",
    at,
    ...whose,
    instances: objects,
    description: ERASED_ONLINE,
  })
}
