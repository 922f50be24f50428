/** The term of a study's images ends: slot destroyed, bytes gone, and an account of it to whose data they were. */
import { receivedSlots } from "./arrival.ts"
import { audit } from "./audit.ts"
import { isUnderWay } from "./case-file.ts"
import { SpoolError } from "./errors.ts"
import { agreementOf, cameFromPartner } from "./keep.ts"
import type { AuditEvent, Destruction, SlotId } from "./ports.ts"
import type { CertificateRecord, Change, RequestRecord, StudyRecord } from "./records.ts"
import { plan } from "./release.ts"
import { next } from "./route.ts"
import { due, type Outcome } from "./run.ts"
import { endOfImages, isHeldBack } from "./term.ts"
import type { World } from "./world.ts"

/** What we say of a destruction; before copies outside our control are gone it is not "erased". */
export const ERASED_ONLINE =
  "erased online: key destroyed and read back, files removed; copies in backups end with the key epoch"

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
  const whose = subjectOfStudy(study, requests)
  await world.ledger.commit([intentAudit(study, whose, now)])
  if (study.recodedSlotId !== null) await destroyed(world, study.recodedSlotId)
  for (const slotId of study.joinedSlots ?? []) await destroyed(world, slotId)
  const objects = await objectsIn(world, study)
  const destruction = accounted(await destroyed(world, study.slotId), study, objects)
  const expired: StudyRecord = { ...study, state: step.to }
  return {
    changes: [
      { put: "study", record: expired, slotGone: true },
      { remove: "instances", studyId: study.id },
      deletedAudit(study, whose, destruction),
      ...certify(world, study, destruction, requests[0]),
    ],
  }
}

/** One of several deliveries is not at its end: its bytes lie in this slot. */
async function isDelivering(world: World, study: StudyRecord): Promise<boolean> {
  const submissions = await world.ledger.submissionsOf({ studyId: study.id })
  return submissions.some((each) => {
    const awaitsReceipt = agreementOf(world, each.agreement)?.receipts === "signed"
    const isOpen = isUnderWay(each) || (each.state === "accepted" && awaitsReceipt)
    return each.direction === "out" && each.kind === "study" && isOpen
  })
}

/** Keys that did not read back as zero are not destroyed: it is done again, and nothing is certified. */
export async function destroyed(world: Pick<World, "spool">, slotId: SlotId): Promise<Destruction> {
  const destruction = await world.spool.destroySlot(slotId)
  if (!destruction.readBack)
    throw new SpoolError("ERR_SPOOL_WRITE", "a destroyed key did not read back as zero")
  return destruction
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

/** How many objects of the study's slot the ledger knows. */
async function objectsIn(world: World, study: StudyRecord): Promise<number> {
  const places = (await world.ledger.instances(study.id)).map(({ place }) => place)
  for (const { id } of await world.ledger.submissionsOf({ studyId: study.id }))
    places.push(...(await world.ledger.documents(id)).map(({ place }) => place))
  return new Set(places.filter(({ slotId }) => receivedSlots(study).includes(slotId)).map(({ objectId }) => objectId)).size
}

/** Destroying is finished by doing it again, and then finds nothing to count: the ledger says what there was. */
const accounted = (destruction: Destruction, { bytes }: StudyRecord, objects: number): Destruction => ({
  ...destruction,
  objects: Math.max(destruction.objects, objects),
  bytes: Math.max(destruction.bytes, bytes),
})

type Whose = Pick<AuditEvent, "PatientID" | "StudyInstanceUID">

/** After a crash between key and row the study tells nothing any more; its request, which outlives it, still does. */
function subjectOfStudy({ private: header }: StudyRecord, requests: readonly RequestRecord[]): Whose {
  const isGone = header.StudyInstanceUID === ""
  const asked = isGone ? requests[0]?.private : undefined
  const { patient, StudyInstanceUID } = asked ?? header
  return isGone && asked === undefined
    ? { PatientID: null, StudyInstanceUID: null }
    : { PatientID: patient.PatientID, StudyInstanceUID }
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

function deletedAudit(study: StudyRecord, whose: Whose, destruction: Destruction): Change {
  return audit(`deleted/${study.id}`, {
    event: "study-deleted",
    outcome: "success",
    at: destruction.at,
    ...whose,
    instances: destruction.objects,
    description: ERASED_ONLINE,
  })
}
