/** Rows of what arrived: a study as its first image makes it, its instances, and what follows from one more. */
import { hex, uuid } from "../ids.ts"
import type { SealedObject, SlotId } from "../ports/spool.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Change } from "../records/ledger.ts"
import type { StudyHeader, StudyRecord } from "../records/study.ts"
import { next, take } from "../route.ts"
import { due } from "../run.ts"
import type { Stores } from "../world.ts"

/** An instance that is durable in the spool. */
export interface Arrived {
  readonly sealed: SealedObject
  /** Its SOP Instance UID came with other bytes before. */
  readonly conflict: boolean
}

/** Neither one that is over nor one that was taken back: what comes for that begins a study of its own. */
export const takesImages = ({ state }: StudyRecord): boolean => state !== "expired" && state !== "recalled"

/** Every study with this UID that may still take images. */
export async function openStudies(world: Stores, StudyInstanceUID: string): Promise<readonly StudyRecord[]> {
  const studies = await world.ledger.studiesByUid(StudyInstanceUID)
  return studies.filter(takesImages)
}

/** A study as its first image makes it. `uidInUse`: another patient's study has this UID. */
export function beginStudy(
  world: Stores,
  slotId: string,
  header: StudyHeader,
  callingAE: string,
  uidInUse: boolean,
): StudyRecord {
  return newStudy(world, slotId, header, callingAE, take("study", "-", uidInUse ? "reused-uid" : "instance"))
}

/** A study with nothing in it yet. */
export function newStudy(
  world: Pick<Stores, "clock" | "chance">,
  slotId: string,
  header: StudyHeader,
  callingAE: string,
  state: StudyRecord["state"],
): StudyRecord {
  const at = world.clock.now().toISOString()
  return {
    id: uuid(world.chance),
    agreement: null,
    state,
    slotId,
    recodedSlotId: null,
    callingAE,
    firstArrivalAt: at,
    lastArrivalAt: at,
    instances: 0,
    bytes: 0,
    late: 0,
    keepUntil: null,
    private: header,
  }
}

/** Rows for instances that are durable in the spool, and the study's count, state and next look. */
export const arrivalChanges = (world: Stores, study: StudyRecord, batch: readonly Arrived[]): Change[] =>
  taking(
    world,
    study,
    batch.map((each) => instanceRecord(study.id, each)),
  )

/** The study with these instances as its newest, whether a device brought them or a joined study. */
export function taking(world: Stores, study: StudyRecord, batch: readonly InstanceRecord[]): Change[] {
  const step = next("study", study.state, "instance")
  const late = study.state === "released" || study.state === "closed" ? batch.length : 0
  const last = batch
    .map(({ receivedAt }) => receivedAt)
    .reduce((a, b) => (a > b ? a : b), study.lastArrivalAt)
  const record: StudyRecord = {
    ...study,
    state: step?.to ?? study.state,
    lastArrivalAt: last,
    instances: study.instances + batch.length,
    bytes: study.bytes + batch.reduce((sum, each) => sum + each.clearLengthBytes, 0),
    late: study.late + late,
    conflicts: (study.conflicts ?? 0) + batch.filter((each) => each.conflict).length,
  }
  const verb = step?.verb ?? null
  return [
    { put: "study", record },
    ...batch.map((each): Change => ({ put: "instance", record: each })),
    ...(verb === null ? [] : [due(verb, study.id, world.clock.now())]),
  ]
}

/** Is this one of the patient ids the study's images carry? */
export const isOfPatient = ({ private: header }: StudyRecord, PatientID: string): boolean =>
  header.patient.PatientID === PatientID || (header.otherPatientIDs ?? []).includes(PatientID)

/** The slots its received images lie in. */
export const receivedSlots = ({ slotId, joinedSlots = [] }: StudyRecord): readonly SlotId[] => [
  slotId,
  ...joinedSlots,
]

export function instanceRecord(studyId: string, { sealed, conflict }: Arrived): InstanceRecord {
  const { meta } = sealed.facts
  return {
    place: sealed.place,
    studyId,
    sha256: hex(sealed.facts.sha256),
    sha256DataSet: hex(sealed.facts.sha256DataSet),
    clearLengthBytes: sealed.facts.clearLengthBytes,
    receivedAt: meta.receivedAt,
    conflict,
    recoding: null,
    original: null,
    private: {
      SOPInstanceUID: meta.uniqueId,
      SOPClassUID: meta.SOPClassUID,
      SeriesInstanceUID: meta.SeriesInstanceUID,
      TransferSyntaxUID: meta.TransferSyntaxUID,
      image: null,
    },
  }
}
