/**
 * Filing: which study an arriving instance belongs to, whether we have it, and its ledger row.
 *
 * Rows are written in batches behind the answer. Until a batch is committed its instances live in memory and in
 * the spool; after a crash `roll-forward.ts` files them from there.
 */
import { DokueiError } from "./errors.ts"
import { uuid } from "./ids.ts"
import { newcomers, type Newcomers } from "./newcomers.ts"
import { due } from "./run.ts"
import { next, take } from "./route.ts"
import type { SealedObject, Spool } from "./ports.ts"
import type { Change, InstanceRecord, StudyHeader, StudyRecord } from "./records.ts"
import type { World } from "./world.ts"

export type Judgement = "new" | "same" | "conflict"

/** One arriving copy of an instance, before it is kept. */
export interface InstanceCopy {
  readonly SOPInstanceUID: string
  readonly sha256DataSet: Uint8Array
}

export interface Filing {
  /** The open study of this UID and patient; begun, with a durable slot, when there is none. Each call wants a `left`. */
  studyFor(header: StudyHeader, callingAE: string): Promise<StudyRecord>
  /** Whoever asked for the study brings no more images: if nobody brought any, nothing of it is kept. */
  left(study: StudyRecord): Promise<void>
  /** Same SOP Instance UID, same data set: once. Other bytes: both are kept, a person is told.
   *  "same" is said only when the other copy is durable. After "new" or "conflict" call `file` or `dropped`. */
  judge(study: StudyRecord, copy: InstanceCopy): Promise<Judgement>
  /** The object is durable: its row follows. */
  file(study: StudyRecord, sealed: SealedObject, conflict: boolean): void
  /** The object did not become durable. */
  dropped(study: StudyRecord, copy: InstanceCopy): void
  /** Resolves when everything filed before the call is in the ledger; throws when the ledger does not take it now. */
  flush(): Promise<void>
}

interface Pending {
  readonly sealed: SealedObject
  readonly conflict: boolean
}

/** How long rows may wait for company; the quiet period is never shorter. */
export const FILING_DELAY_MS = 100

/**
 * Rows the ledger does not take are kept and offered again; until it takes them `studyFor` throws what it said, so that
 * devices are told to come back, and `onFault` is told each time.
 */
export function filing(
  world: World,
  wait: (milliseconds: number) => Promise<void>,
  onFault: (error: unknown) => void,
): Filing {
  const fresh = freshInstances()
  const begun = newcomers()
  const pending = new Map<string, Pending[]>()
  let flushing: Promise<void> | null = null
  /** Why rows wait that should be in the ledger. */
  let fault: Error | null = null

  const flushStudy = async (studyId: string, batch: readonly Pending[]): Promise<void> => {
    try {
      await world.locks.with(studyId, () => fileBatch(world, begun, studyId, batch))
    } catch (error) {
      pending.set(studyId, [...batch, ...(pending.get(studyId) ?? [])])
      throw error
    }
    for (const { sealed } of batch) fresh.forget(studyId, copyOf(sealed))
  }
  const flushPending = async (): Promise<void> => {
    const batches = [...pending.entries()]
    pending.clear()
    const done = await Promise.allSettled(batches.map(([studyId, batch]) => flushStudy(studyId, batch)))
    const failed = done.find((each) => each.status === "rejected")
    fault = failed === undefined ? null : asError(failed.reason)
    if (fault !== null) throw fault
  }
  // One after the other: who flushes waits also for what another has in hand.
  const flushAll = (): Promise<void> => world.locks.with("filing", flushPending)
  const later = async (): Promise<void> => {
    await wait(FILING_DELAY_MS)
    flushing = null
    try {
      await flushAll()
    } catch (error) {
      onFault(error)
      if (error instanceof DokueiError && error.failure === "transient") soon()
    }
  }
  const soon = (): void => void (flushing ??= later())
  const takesMore = (): void => {
    if (fault === null) return
    soon()
    throw fault
  }
  return {
    studyFor: async (header, callingAE) => {
      takesMore()
      return world.locks.with(`uid/${header.StudyInstanceUID}`, () =>
        studyFor(world, begun, header, callingAE),
      )
    },
    left: (study) =>
      world.locks.with(`uid/${study.private.StudyInstanceUID}`, async () => {
        if (begun.leave(study.id)) await world.spool.destroySlot(study.slotId)
      }),
    judge: async (study, copy) => {
      takesMore()
      const digest = hex(copy.sha256DataSet)
      const kept = await world.ledger.instancesByUid(study.id, copy.SOPInstanceUID)
      if (kept.some((each) => each.sha256DataSet === digest)) return "same"
      const { durable, others } = fresh.enter(study.id, copy)
      if (durable !== null) return (await durable) ? "same" : "new"
      return kept.length + others > 0 ? "conflict" : "new"
    },
    file: (study, sealed, conflict) => {
      fresh.settle(study.id, copyOf(sealed), true)
      begun.stays(study.id)
      pending.set(study.id, [...(pending.get(study.id) ?? []), { sealed, conflict }])
      soon()
    },
    dropped: (study, copy) => {
      fresh.settle(study.id, copy, false)
      fresh.forget(study.id, copy)
    },
    flush: flushAll,
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

/** Instances judged but not yet in the ledger, by study and SOP Instance UID: data set digest → is it durable? */
function freshInstances() {
  const byInstance = new Map<string, Map<string, PromiseWithResolvers<boolean>>>()
  const key = (studyId: string, copy: InstanceCopy): string => `${studyId}/${copy.SOPInstanceUID}`
  const digestOf = (copy: InstanceCopy): string => hex(copy.sha256DataSet)
  return {
    /** `durable` is null for the first of its kind, which is then entered. */
    enter: (studyId: string, copy: InstanceCopy): { durable: Promise<boolean> | null; others: number } => {
      const copies = byInstance.get(key(studyId, copy)) ?? new Map<string, PromiseWithResolvers<boolean>>()
      const known = copies.get(digestOf(copy))
      if (known !== undefined) return { durable: known.promise, others: copies.size - 1 }
      byInstance.set(key(studyId, copy), copies.set(digestOf(copy), Promise.withResolvers<boolean>()))
      return { durable: null, others: copies.size - 1 }
    },
    settle: (studyId: string, copy: InstanceCopy, durable: boolean): void =>
      byInstance.get(key(studyId, copy))?.get(digestOf(copy))?.resolve(durable),
    forget: (studyId: string, copy: InstanceCopy): void => {
      const copies = byInstance.get(key(studyId, copy))
      copies?.delete(digestOf(copy))
      if (copies?.size === 0) byInstance.delete(key(studyId, copy))
    },
  }
}

const copyOf = ({ facts }: SealedObject): InstanceCopy => ({
  SOPInstanceUID: facts.meta.uniqueId,
  sha256DataSet: facts.sha256DataSet,
})

async function studyFor(
  world: World,
  begun: Newcomers,
  header: StudyHeader,
  callingAE: string,
): Promise<StudyRecord> {
  const filed = await openStudies(world, header.StudyInstanceUID)
  const arriving = begun.of(header.StudyInstanceUID).filter(({ id }) => filed.every((each) => each.id !== id))
  const known = [...filed, ...arriving]
  const same = known.find((each) => each.private.patient.PatientID === header.patient.PatientID)
  const study =
    same ?? beginStudy(world, await world.spool.createSlot("received"), header, callingAE, known.length > 0)
  if (!filed.includes(study)) begun.use(study)
  return study
}

/** Every study with this UID that may still take images. */
export async function openStudies(world: World, StudyInstanceUID: string): Promise<readonly StudyRecord[]> {
  const studies = await world.ledger.studiesByUid(StudyInstanceUID)
  return studies.filter((each) => each.state !== "expired")
}

/** A study as its first image makes it. `uidInUse`: another patient's study has this UID. */
export function beginStudy(
  world: World,
  slotId: string,
  header: StudyHeader,
  callingAE: string,
  uidInUse: boolean,
): StudyRecord {
  return newStudy(world, slotId, header, callingAE, take("study", "-", uidInUse ? "reused-uid" : "instance"))
}

/** A study with nothing in it yet. */
export function newStudy(
  world: World,
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

async function fileBatch(
  world: World,
  begun: Newcomers,
  studyId: string,
  batch: readonly Pending[],
): Promise<void> {
  const study = (await world.ledger.study(studyId)) ?? begun.study(studyId)
  if (study === null) return
  await world.ledger.commit(arrivalChanges(world, study, batch))
  begun.settled(studyId)
}

/** Rows for instances that are durable in the spool, and the study's count, state and next look. */
export function arrivalChanges(world: World, study: StudyRecord, batch: readonly Pending[]): Change[] {
  const step = next("study", study.state, "instance")
  const late = study.state === "released" || study.state === "closed" ? batch.length : 0
  const last = batch
    .map((each) => each.sealed.facts.meta.receivedAt)
    .reduce((a, b) => (a > b ? a : b), study.lastArrivalAt)
  const record: StudyRecord = {
    ...study,
    state: step?.to ?? study.state,
    lastArrivalAt: last,
    instances: study.instances + batch.length,
    bytes: study.bytes + batch.reduce((sum, each) => sum + each.sealed.facts.clearLengthBytes, 0),
    late: study.late + late,
    conflicts: (study.conflicts ?? 0) + batch.filter((each) => each.conflict).length,
  }
  const rows = batch.map((each): Change => ({ put: "instance", record: instanceRecord(study.id, each) }))
  const verb = step?.verb ?? null
  return [
    { put: "study", record },
    ...rows,
    ...(verb === null ? [] : [due(verb, study.id, world.clock.now())]),
  ]
}

export function instanceRecord(studyId: string, { sealed, conflict }: Pending): InstanceRecord {
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

/** The first bytes of an object, clear, at most `limitBytes`. */
export async function clearHead(
  spool: Spool,
  place: SealedObject["place"],
  limitBytes: number,
): Promise<Uint8Array> {
  const object = await spool.open(place)
  const end = Math.min(limitBytes, object.facts.clearLengthBytes)
  const parts: Uint8Array[] = []
  for await (const chunk of object.clear({ start: 0, end })) parts.push(chunk)
  return Buffer.concat(parts)
}
