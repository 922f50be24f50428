/**
 * The term of a request ends: its text, its reports and everything said of them go with their slot. Never before the
 * images it asked about, and never while something of it is on its way.
 */
import { begunAccount, ERASED_ONLINE, finishedAccount } from "./account.ts"
import { audit } from "../audit.ts"
import { isUnderWay } from "../cases/case-file.ts"
import { destroyed, NEEDED_LOOK_MS } from "./expire-study.ts"
import { agreementOf, isErased } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import { next } from "../route.ts"
import type { Outcome } from "../run.ts"
import { targetOf } from "../subject.ts"
import type { World } from "../world.ts"

export async function expireRequest(world: World, request: RequestRecord): Promise<Outcome> {
  const now = world.clock.now()
  if (new Date(request.keepUntil) > now)
    return { changes: [], again: { at: new Date(request.keepUntil), failureCode: null } }
  const step = next("case", request.state, "term")
  if (step === null) return expireAnswers(world, request)
  if (await isNeeded(world, request))
    return { changes: [], again: { at: new Date(now.getTime() + NEEDED_LOOK_MS), failureCode: null } }
  const account = await accountOf(world, request)
  const isReadable = request.private.requestNumber !== ""
  await world.ledger.commit([
    ...(isReadable ? [intentAudit(request, now)] : []),
    ...(account === null ? [] : [{ put: "certificate", record: account } as const]),
  ])
  const destruction = await destroyed(world, request.slotId)
  return {
    changes: [
      { put: "request", record: { ...request, state: step.to }, slotGone: true },
      deletedAudit(request, account, destruction.at),
      ...(account === null ? [] : finishedAccount(world, account, destruction)),
    ],
  }
}

/** What still came for a request that was lost with its spool had a slot of its own. */
async function expireAnswers(world: World, request: RequestRecord): Promise<Outcome> {
  if (request.lostAt === undefined || !isLive(world, request.slotId)) return { changes: [] }
  const { at } = await destroyed(world, request.slotId)
  return {
    changes: [
      { put: "request", record: request, slotGone: true },
      audit(`deleted/${request.id}/answers`, {
        event: "report-deleted",
        outcome: "success",
        at,
        objectId: request.id,
        description: `what came for a request that had been lost: ${ERASED_ONLINE}`,
      }),
    ],
  }
}

/** At the reading centre the hospital's request, and what was written for it, are accounted for as its images were. */
async function accountOf(world: World, request: RequestRecord): Promise<CertificateRecord | null> {
  const agreement = agreementOf(world, request.agreement)
  if (agreement?.accepts.includes("study") !== true) return null
  const { patient, StudyInstanceUID, AccessionNumber, requestNumber } = request.private
  return begunAccount(world, {
    what: "texts",
    agreement,
    studyId: targetOf(request) ?? "",
    requestId: request.id,
    slots: [request.slotId],
    whose: { PatientID: patient.PatientID, StudyInstanceUID, AccessionNumber, requestNumber },
    submissions: await world.ledger.submissionsOf({ requestId: request.id }),
  })
}

async function isNeeded(world: World, request: RequestRecord): Promise<boolean> {
  for (const { studyId } of request.studies) {
    const study = await world.ledger.study(studyId)
    if (study !== null && !isErased(study)) return true
  }
  const submissions = (await world.ledger.submissionsOf({ requestId: request.id })).filter(
    ({ slotId }) => slotId === request.slotId,
  )
  return submissions.some((each) => (each.direction === "in" ? each.state === "accepted" : isUnderWay(each)))
}

/** Before anything is lost: who and what, while the ledger can still read it. */
function intentAudit(request: RequestRecord, now: Date): Change {
  return audit(`deleting/${request.id}`, {
    event: "report-deleted",
    outcome: "minor",
    at: now.toISOString(),
    PatientID: request.private.patient.PatientID,
    StudyInstanceUID: request.private.StudyInstanceUID || null,
    objectId: request.id,
    description: "retention of request and reports ended; destruction begins",
  })
}

/** After a crash between key and row the request tells nothing any more; its account still does. */
function deletedAudit(request: RequestRecord, account: CertificateRecord | null, at: string): Change {
  return audit(`deleted/${request.id}`, {
    event: "report-deleted",
    outcome: "success",
    at,
    PatientID: (request.private.patient.PatientID || account?.private.PatientID) ?? null,
    StudyInstanceUID: (request.private.StudyInstanceUID || account?.private.StudyInstanceUID) ?? null,
    objectId: request.id,
    description: ERASED_ONLINE,
  })
}
