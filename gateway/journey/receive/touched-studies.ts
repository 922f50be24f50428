/** The studies that what comes over one association, request or look into a folder belongs to. */
import type { Head } from "../../standards/dicom/head.ts"
import { SpoolError } from "../errors.ts"
import type { Filing } from "./file-instance.ts"
import { studyHeader } from "../header.ts"
import type { Segment } from "../ports/spool.ts"
import type { StudyRecord } from "../records/study.ts"
import { roomFor } from "./urgent.ts"
import type { World } from "../world.ts"

/**
 * The studies touched, and one open segment for each. Images of a study come one after the other:
 * patient and study are read and looked up for the first of them; the same UID and patient mean the same study.
 */
export class TouchedStudies {
  readonly #world: World
  readonly #filing: Filing
  readonly #studies = new Map<string, StudyRecord>()
  /** Every study asked for, also those forgotten since. */
  readonly #asked: StudyRecord[] = []
  readonly #segments = new Map<string, Promise<Segment>>()
  /** Resolves when the object in hand is written or cut off. */
  #writing: Promise<void> = Promise.resolve()

  constructor(world: World, filing: Filing) {
    this.#world = world
    this.#filing = filing
  }

  /** @param file the object from its first byte to (0020,000E) at least */
  async study(head: Head, file: () => Uint8Array, callingAE: string): Promise<StudyRecord> {
    const identity = identityOf(head)
    const known = this.#studies.get(identity)
    if (known !== undefined) return known
    const study = await this.#filing.studyFor(studyHeader(file(), this.#world.syntaxOf), callingAE)
    this.#studies.set(identity, study)
    this.#asked.push(study)
    return study
  }

  /** One object is written at a time, while those before it become durable. The caller calls what it gets when it is done. */
  async enter(): Promise<() => void> {
    const before = this.#writing
    const mine = Promise.withResolvers<undefined>()
    this.#writing = mine.promise
    await before
    return () => mine.resolve(undefined)
  }

  /** @param fromUrgentDevice as `roomFor` has it */
  async segment(study: StudyRecord, fromUrgentDevice: boolean): Promise<Segment> {
    const { slotId } = study
    const open = this.#segments.get(slotId) ?? this.#open(study, fromUrgentDevice)
    this.#segments.set(slotId, open)
    try {
      return await open
    } catch (error) {
      this.#segments.delete(slotId)
      throw error
    }
  }

  async #open(study: StudyRecord, fromUrgentDevice: boolean): Promise<Segment> {
    const room = await roomFor(this.#world, study, fromUrgentDevice)
    return this.#world.spool.openSegment(study.slotId, room)
  }

  /**
   * The segment takes nothing more, or the slot is gone: the next instance looks again. The file is let go of at once, so
   * that a device that keeps sending onto a bad disk does not gather open files.
   *
   * @param failed null when none could be opened; one that was opened in its place since is left alone
   */
  async forget(slotId: string, failed: Segment | null): Promise<void> {
    const open = this.#segments.get(slotId)
    if (open !== undefined && failed !== null && (await open) !== failed) return
    this.#segments.delete(slotId)
    for (const [identity, study] of this.#studies) if (study.slotId === slotId) this.#studies.delete(identity)
    if (open !== undefined) await shut(open)
  }

  async close(): Promise<void> {
    const segments = [...this.#segments.values()]
    this.#segments.clear()
    const closed = await Promise.allSettled(segments.map(async (segment) => (await segment).close()))
    const left = await Promise.allSettled(this.#asked.splice(0).map((study) => this.#filing.left(study)))
    const failed = [...closed, ...left].find((each) => each.status === "rejected")
    if (failed !== undefined) throw failed.reason
  }
}

/** The bytes that decide which study an instance belongs to, as they came: equal bytes read equal. */
function identityOf({ StudyInstanceUID, SpecificCharacterSet, PatientID }: Head): string {
  const raw = [SpecificCharacterSet, PatientID].map((each) => Buffer.from(each ?? []).toString("latin1"))
  return JSON.stringify([StudyInstanceUID, ...raw])
}

/** A segment that cannot be closed lacks its end mark, no more: the next start writes it. */
async function shut(segment: Promise<Segment>): Promise<void> {
  try {
    await (await segment).close()
  } catch (error) {
    if (!(error instanceof SpoolError)) throw error
  }
}
