/**
 * Supplement: what came, or was withdrawn, after a study was sent. It leaves as a further submission with a new manifest
 * that replaces the one before (RPLC, never APND: domain.md 5), and only when all that went before it has arrived.
 */
import { readManifest } from "../../standards/dicom/kos.ts"
import { lacksAffinityPatient } from "../affinity-patient.ts"
import { lacksConsent } from "../consent.ts"
import { agreementInForce, agreementOf } from "../keep.ts"
import { isWithoutImages } from "../packaging.ts"
import { erasureOf, isOpenThere } from "../cases/case-file.ts"
import { isRecalled } from "../retain/recall.ts"
import { readWhole } from "../read-whole.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { travelling } from "../recode/recoding-document.ts"
import { isOpenEnded } from "./open-ended.ts"
import { release } from "./release.ts"
import { selected } from "./selection.ts"
import { namedBy } from "../verify/study-subject.ts"
import { targetOf } from "../subject.ts"
import type { World } from "../world.ts"

/** What the other side has of a study for one request. */
export interface Arrived {
  /** Objects that lie there, as they travelled; none when it has erased them since. */
  readonly objects: ReadonlySet<string>
  /** SOP Instance UIDs of its newest manifest. */
  readonly named: ReadonlySet<string>
}

/** @param except the submission that is being made. @returns "open" while one is on its way, null when none has arrived */
export async function arrivedThere(
  world: World,
  study: StudyRecord,
  requestId: string,
  except: string | null = null,
): Promise<Arrived | "open" | null> {
  const beside = await world.ledger.submissionsOf({ requestId, kind: "study" })
  // What waits for its release takes with it whatever is there by then.
  const all = beside.filter(
    (each) =>
      each.direction === "out" && each.studyId === study.id && each.id !== except && !isOpenEnded(each),
  )
  if (all.some((each) => isOpenThere(world, each))) return "open"
  const there = all.filter(({ acceptedAt, state }) => acceptedAt !== null && state !== "failed")
  const last = there.at(-1)
  if (last === undefined) return null
  const erasedAt = await erasedThere(world, study.id, last.agreement)
  const kept = there.filter(({ acceptedAt }) => erasedAt < (acceptedAt ?? ""))
  const documents = (await Promise.all(kept.map(({ id }) => world.ledger.documents(id)))).flat()
  const own = documents.filter(({ role }) => role === "instance").map(({ place }) => place.objectId)
  const inUnits = await Promise.all(kept.map(({ id }) => world.ledger.objectsInUnits(id, erasedAt)))
  const named = await namedThere(world, last)
  // Of images that only are named the other side has what it fetches.
  const fetched = isOnlyNamed(world, last) ? await objectsNamed(world, study, named) : []
  return { objects: new Set([...own, ...fetched, ...inUnits.flatMap((each) => [...each])]), named }
}

function isOnlyNamed(world: World, { agreement }: SubmissionRecord): boolean {
  const agreed = agreementOf(world, agreement)
  return agreed !== null && isWithoutImages(agreed)
}

async function objectsNamed(
  world: World,
  { id }: StudyRecord,
  named: ReadonlySet<string>,
): Promise<readonly string[]> {
  const instances = await world.ledger.instances(id)
  return instances.filter((each) => named.has(each.private.SOPInstanceUID)).map(({ place }) => place.objectId)
}

/** When the other side last said that it has erased images of this study; "" = never. */
export async function erasedThere(world: World, studyId: string, agreement: string): Promise<string> {
  const certificates = await world.ledger.certificatesOfStudy(studyId)
  const all = certificates.filter(erasureOf(agreement)).map(({ at }) => at)
  return all.reduce((last, at) => (at > last ? at : last), "")
}

async function namedThere(world: World, { id }: SubmissionRecord): Promise<ReadonlySet<string>> {
  const manifest = (await world.ledger.documents(id)).find(({ role }) => role === "manifest")
  return manifest === undefined
    ? new Set()
    : namedBy(readManifest(await readWhole(world.spool, manifest.place)))
}

/** Of the instances that count those the other side does not have, in either encoding. */
export const notThere = (
  { objects }: Pick<Arrived, "objects">,
  counting: readonly InstanceRecord[],
): readonly InstanceRecord[] =>
  counting.filter(
    (each) => !objects.has(each.place.objectId) && !objects.has(travelling(each).place.objectId),
  )

export interface Supplemented {
  readonly changes: readonly Change[]
  /** Something has to wait for what is on its way. */
  readonly waits: boolean
  /** At least one submission was planned. */
  readonly leaves: boolean
}

/**
 * For every request the study was sent for: the difference, planned to leave. Without a person's word only for requests
 * that leave by themselves; a mere withdrawal always does, since a technologist has said it. Called under the study's lock.
 *
 * @param byPerson staff has pressed "send"
 */
export async function supplement(world: World, study: StudyRecord, byPerson: boolean): Promise<Supplemented> {
  const counting = selected(study, await world.ledger.instances(study.id))
  const uids = new Set(counting.map((each) => each.private.SOPInstanceUID))
  const going: RequestRecord[] = []
  const late = { waiting: 0, added: 0, withdrawn: 0 }
  let waits = false
  for (const request of await sentFor(world, study)) {
    const there = await arrivedThere(world, study, request.id)
    if (there === "open") waits = true
    if (there === "open" || there === null) continue
    const added = notThere(there, counting).length
    const withdrawn = [...there.named].filter((each) => !uids.has(each)).length
    if (added + withdrawn === 0 || counting.length === 0) continue
    if ((byPerson || request.releaseWhenComplete || added === 0) && mayGo(world, study, request)) {
      going.push(request)
      late.added = Math.max(late.added, added)
      late.withdrawn = Math.max(late.withdrawn, withdrawn)
    } else late.waiting = Math.max(late.waiting, added)
  }
  const record = { ...study, late: waits ? study.late : late.waiting }
  if (going.length === 0) return { changes: [{ put: "study", record }], waits, leaves: false }
  return { changes: planned(world, record, going, late), waits, leaves: true }
}

function planned(
  world: World,
  study: StudyRecord,
  going: readonly RequestRecord[],
  { added, withdrawn }: { readonly added: number; readonly withdrawn: number },
): readonly Change[] {
  const at = world.clock.now().toISOString()
  const record: StudyRecord = {
    ...study,
    supplements: [...(study.supplements ?? []), { at, added, withdrawn }],
  }
  return release(world, record, going, study.late)
}

const mayGo = (world: World, { conflicts = 0 }: StudyRecord, request: RequestRecord): boolean =>
  conflicts === 0 &&
  agreementInForce(world, request.agreement) !== null &&
  !lacksConsent(world, request) &&
  !lacksAffinityPatient(world, request)

async function sentFor(world: World, study: StudyRecord): Promise<readonly RequestRecord[]> {
  const requests = await world.ledger.requestsOfStudy(study.id)
  return requests.filter(
    (each) =>
      targetOf(each) === study.id && each.state !== "exited" && each.state !== "failed" && !isRecalled(each),
  )
}
