/**
 * The term of a request ends: its text, its reports and everything said of them go with their slot. Never before the
 * images it asked about, whose account is sent under it, and never while something of it is on its way.
 */
import { audit } from "./audit.ts"
import { isUnderWay } from "./case-file.ts"
import { SpoolError } from "./errors.ts"
import { ERASED_ONLINE, NEEDED_LOOK_MS } from "./expire-study.ts"
import { isErased } from "./keep.ts"
import type { Change, RequestRecord } from "./records.ts"
import { next } from "./route.ts"
import type { Outcome } from "./run.ts"
import type { World } from "./world.ts"

export async function expireRequest(world: World, request: RequestRecord): Promise<Outcome> {
  const now = world.clock.now()
  if (new Date(request.keepUntil) > now)
    return { changes: [], again: { at: new Date(request.keepUntil), failureCode: null } }
  const step = next("case", request.state, "term")
  if (step === null) return { changes: [] }
  if (await isNeeded(world, request))
    return { changes: [], again: { at: new Date(now.getTime() + NEEDED_LOOK_MS), failureCode: null } }
  if (request.private.requestNumber !== "") await world.ledger.commit([intentAudit(request, now)])
  const destruction = await world.spool.destroySlot(request.slotId)
  if (!destruction.readBack)
    throw new SpoolError("ERR_SPOOL_WRITE", "a destroyed key did not read back as zero")
  return {
    changes: [
      { put: "request", record: { ...request, state: step.to }, slotGone: true },
      deletedAudit(request, destruction.at),
    ],
  }
}

async function isNeeded(world: World, request: RequestRecord): Promise<boolean> {
  for (const { studyId } of request.studies) {
    const study = await world.ledger.study(studyId)
    if (study !== null && !isErased(study)) return true
  }
  const submissions = await world.ledger.submissionsOf({ requestId: request.id })
  return submissions.some((each) => (each.direction === "in" ? each.state === "accepted" : isUnderWay(each)))
}

/** Before anything is lost: who and what, while the ledger can still read it. */
function intentAudit(request: RequestRecord, now: Date): Change {
  return audit(`deleting/${request.id}`, {
    event: "report-deleted",
    outcome: "minor",
    at: now.toISOString(),
    PatientID: request.private.patient.PatientID,
    objectId: request.id,
    description: "retention of request and reports ended; destruction begins",
  })
}

function deletedAudit(request: RequestRecord, at: string): Change {
  return audit(`deleted/${request.id}`, {
    event: "report-deleted",
    outcome: "success",
    at,
    PatientID: request.private.patient.PatientID || null,
    objectId: request.id,
    description: ERASED_ONLINE,
  })
}
