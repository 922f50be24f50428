/**
 * Filing: which study an arriving instance belongs to, whether we have it, and its ledger row.
 *
 * Rows are written in batches behind the answer. Until a batch is committed its instances live in memory and in
 * the spool; after a crash `roll-forward.ts` files them from there.
 */
import { arrivalChanges, beginStudy, isOfPatient, openStudies, type Arrived } from "./arrival.ts"
import { DokueiError, SpoolError } from "../errors.ts"
import { copyOf, freshInstances, type FreshInstances, type InstanceCopy } from "./fresh-instances.ts"
import { newcomers, type Newcomers } from "./newcomers.ts"
import type { SealedObject } from "../ports/spool.ts"
import type { StudyHeader, StudyRecord } from "../records/study.ts"
import type { World } from "../world.ts"
import { hex } from "../ids.ts"

export type Judgement = "new" | "same" | "conflict"

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

/**
 * How long rows may wait for company; the quiet period is never shorter. A commit stops everything else for a sync of the
 * ledger, and each is followed by a look at the study: few large ones are a tenth of the bill of small objects.
 */
export const FILING_DELAY_MS = 250

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
  const pending = new Map<string, Arrived[]>()
  let flushing: Promise<void> | null = null
  /** Why rows wait that should be in the ledger. */
  let fault: Error | null = null

  const flushStudy = async (studyId: string, batch: readonly Arrived[]): Promise<void> => {
    try {
      await fileWhereItBelongs(world, begun, studyId, batch)
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
      await mayGrow(world, study)
      return judge(world, fresh, study, copy)
    },
    file: (study, sealed, conflict) => {
      fresh.settle(study.id, copyOf(sealed), true)
      begun.stays(study.id)
      pending.set(study.id, [...(pending.get(study.id) ?? []), { sealed, conflict }])
      soon()
    },
    dropped: (study, copy) => fresh.leave(study.id, copy, false),
    flush: flushAll,
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

/** Since its association began the study may have been taken back: the device sends this image once more, to another one. */
async function mayGrow(world: World, { id }: StudyRecord): Promise<void> {
  if ((await world.ledger.studyState(id)) === "recalled")
    throw new SpoolError("ERR_SLOT_GONE", "its study was taken back, and takes no more images")
}

/**
 * Entered first and looked up then: whoever comes at the same time meets the entry, whoever comes later the row. When the
 * copy it waited for does not become durable, this one takes its place.
 */
async function judge(
  world: World,
  fresh: FreshInstances,
  study: StudyRecord,
  copy: InstanceCopy,
): Promise<Judgement> {
  const { durable, others } = fresh.enter(study.id, copy)
  if (durable !== null) return (await durable) ? "same" : judge(world, fresh, study, copy)
  let isKept: boolean
  try {
    const kept = await world.ledger.instancesByUid(study.id, copy.SOPInstanceUID)
    isKept = kept.some((each) => each.sha256DataSet === hex(copy.sha256DataSet))
    if (!isKept) return kept.length + others > 0 ? "conflict" : "new"
  } catch (error) {
    fresh.leave(study.id, copy, false)
    throw error
  }
  fresh.leave(study.id, copy, true)
  return "same"
}

async function studyFor(
  world: World,
  begun: Newcomers,
  header: StudyHeader,
  callingAE: string,
): Promise<StudyRecord> {
  const filed = await openStudies(world, header.StudyInstanceUID)
  const arriving = begun.of(header.StudyInstanceUID).filter(({ id }) => filed.every((each) => each.id !== id))
  const known = [...filed, ...arriving]
  const same = known.find((each) => isOfPatient(each, header.patient.PatientID))
  const study =
    same ?? beginStudy(world, await world.spool.createSlot("received"), header, callingAE, known.length > 0)
  if (!filed.includes(study)) begun.use(study)
  return study
}

/**
 * An association that began before two studies were joined still brings images to the one that is no more. Its lock is
 * left before the other's is taken: whoever rules about the two takes them in an order of his own.
 */
async function fileWhereItBelongs(
  world: World,
  begun: Newcomers,
  studyId: string,
  batch: readonly Arrived[],
): Promise<void> {
  const joinedTo = await world.locks.with(studyId, () => fileBatch(world, begun, studyId, batch))
  if (joinedTo !== null) await fileWhereItBelongs(world, begun, joinedTo, batch)
}

/** @returns the study it was joined to: then nothing is filed yet */
async function fileBatch(
  world: World,
  begun: Newcomers,
  studyId: string,
  batch: readonly Arrived[],
): Promise<string | null> {
  const study = (await world.ledger.study(studyId)) ?? begun.study(studyId)
  if (study === null) return null
  if (study.joinedTo !== undefined) return study.joinedTo
  await world.ledger.commit(arrivalChanges(world, study, batch))
  begun.settled(studyId)
  return null
}
