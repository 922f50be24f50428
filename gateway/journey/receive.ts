/**
 * Receive: an instance arrives. Is it acceptable, which study is it, what is the C-STORE answer?
 *
 * The data set is sealed while it comes; success is answered after the segment's fdatasync and not before
 * (PS3.4 B.2.3). Ledger rows follow in batches: what a crash takes from them is rolled forward from the spool.
 */
import { headScanner } from "../standards/dicom/deflated-head.ts"
import type { Head } from "../standards/dicom/head.ts"
import { fileMetaBytes } from "../standards/dicom/part10.ts"
import { transferSyntax } from "../standards/dicom/sop-classes.ts"
import { Malformed } from "../standards/malformed.ts"
import { LedgerError, SpoolError } from "./errors.ts"
import type { Filing } from "./file-instance.ts"
import type {
  IncomingInstance,
  InstanceHandler,
  InstanceIntake,
  InstanceSink,
  ObjectMeta,
  ObjectWriter,
  Segment,
  StoreAnswer,
} from "./ports.ts"
import { studyHeader } from "./header.ts"
import type { StudyRecord } from "./records.ts"
import type { World } from "./world.ts"

/** C-STORE statuses (PS3.4 table B.2-1). */
const SUCCESS: StoreAnswer = { status: 0x0000, comment: "" }
const OUT_OF_RESOURCES = (comment: string): StoreAnswer => ({ status: 0xa700, comment })
const DOES_NOT_MATCH = (comment: string): StoreAnswer => ({ status: 0xa900, comment })
const CANNOT_UNDERSTAND = (comment: string): StoreAnswer => ({ status: 0xc000, comment })

/** A-ASSOCIATE-RJ, source 1 = service user: 3 = calling AE title not recognised, 7 = called (PS3.8 table 9-21). */
const CALLING_AE_NOT_RECOGNISED = { source: 1, reason: 3 }
const CALLED_AE_NOT_RECOGNISED = { source: 1, reason: 7 }

export interface ReceiveOptions {
  readonly aeTitle: string
  readonly modalities: ReadonlySet<string>
  /** By calling AE title: the keys it must show in TLS (hex SHA-256); absent or [] = in the clear as well. */
  readonly pins?: ReadonlyMap<string, readonly string[]>
}

export function instanceHandler(world: World, filing: Filing, options: ReceiveOptions): InstanceHandler {
  return {
    associate: (callingAE, calledAE, _remoteAddress, spkiSha256) => {
      if (calledAE !== options.aeTitle) return CALLED_AE_NOT_RECOGNISED
      if (!options.modalities.has(callingAE)) return CALLING_AE_NOT_RECOGNISED
      const pins = options.pins?.get(callingAE) ?? []
      // With another key it is another device, whatever it calls itself.
      const known = pins.length === 0 || (spkiSha256 !== null && pins.includes(spkiSha256))
      return known ? null : CALLING_AE_NOT_RECOGNISED
    },
    open: () => intake(world, filing),
  }
}

function intake(world: World, filing: Filing): InstanceIntake {
  const touched = new Touched(world, filing)
  return {
    begin: (instance) => new Sink(world, filing, instance, touched),
    end: () => touched.close(),
  }
}

/**
 * The studies one association touches, and one open segment for each. Images of a study come one after the other:
 * patient and study are read and looked up for the first of them; the same UID and patient mean the same study.
 */
class Touched {
  readonly #world: World
  readonly #filing: Filing
  readonly #studies = new Map<string, StudyRecord>()
  /** Every study asked for, also those forgotten since. */
  readonly #asked: StudyRecord[] = []
  readonly #segments = new Map<string, Promise<Segment>>()

  constructor(world: World, filing: Filing) {
    this.#world = world
    this.#filing = filing
  }

  /** @param file the object from its first byte to (0020,000E) at least */
  async study(head: Head, file: () => Uint8Array, callingAE: string): Promise<StudyRecord> {
    const identity = identityOf(head)
    const known = this.#studies.get(identity)
    if (known !== undefined) return known
    const study = await this.#filing.studyFor(studyHeader(file()), callingAE)
    this.#studies.set(identity, study)
    this.#asked.push(study)
    return study
  }

  async segment(slotId: string): Promise<Segment> {
    const open = this.#segments.get(slotId) ?? this.#world.spool.openSegment(slotId)
    this.#segments.set(slotId, open)
    try {
      return await open
    } catch (error) {
      this.#segments.delete(slotId)
      throw error
    }
  }

  /** The segment takes nothing more, or the slot is gone: the next instance looks again. */
  forget(slotId: string): void {
    this.#segments.delete(slotId)
    for (const [identity, study] of this.#studies) if (study.slotId === slotId) this.#studies.delete(identity)
  }

  async close(): Promise<void> {
    try {
      for (const segment of this.#segments.values()) await (await segment).close()
      this.#segments.clear()
    } finally {
      for (const study of this.#asked.splice(0)) await this.#filing.left(study)
    }
  }
}

/** The bytes that decide which study an instance belongs to, as they came: equal bytes read equal. */
function identityOf({ StudyInstanceUID, SpecificCharacterSet, PatientID }: Head): string {
  const raw = [SpecificCharacterSet, PatientID].map((each) => Buffer.from(each ?? []).toString("latin1"))
  return JSON.stringify([StudyInstanceUID, ...raw])
}

/** One C-STORE. Bad content never throws: it is remembered and answered, and nothing of it is kept. */
class Sink implements InstanceSink {
  readonly #world: World
  readonly #filing: Filing
  readonly #instance: IncomingInstance
  readonly #touched: Touched
  readonly #scanner
  #head: Head | null = null
  #waiting: Uint8Array[] = []
  #study: StudyRecord | null = null
  #segment: Segment | null = null
  #writer: ObjectWriter | null = null
  #refusal: StoreAnswer | null = null

  constructor(world: World, filing: Filing, instance: IncomingInstance, touched: Touched) {
    this.#world = world
    this.#filing = filing
    this.#instance = instance
    this.#touched = touched
    this.#scanner = headScanner(transferSyntax(instance.TransferSyntaxUID)?.encoding ?? "explicit-le")
  }

  async write(dataSet: Uint8Array): Promise<void> {
    if (this.#refusal !== null) return
    try {
      if (this.#writer !== null) {
        await this.#writer.write(dataSet)
        return
      }
      this.#head = this.#scanner.push(dataSet)
      // What waits for the next chunk is copied: this one may be a view into the socket's buffer.
      this.#waiting.push(this.#head === null ? dataSet.slice() : dataSet)
      if (this.#head !== null) await this.#open(this.#head)
    } catch (error) {
      await this.#refuse(error)
    }
  }

  async finish(): Promise<StoreAnswer> {
    try {
      if (this.#refusal === null && this.#head === null) this.#scanner.end()
      if (this.#refusal === null) return await this.#keep()
    } catch (error) {
      await this.#refuse(error)
    }
    return this.#refusal ?? CANNOT_UNDERSTAND("no data set")
  }

  async abort(): Promise<void> {
    await this.#writer?.abort()
    this.#writer = null
    this.#waiting = []
  }

  /** Identity is known: judge it, find the study's segment and begin to seal. */
  async #open(head: Head): Promise<void> {
    const { AffectedSOPClassUID, AffectedSOPInstanceUID } = this.#instance
    if (head.SOPInstanceUID !== AffectedSOPInstanceUID || head.SOPClassUID !== AffectedSOPClassUID) {
      throw new Malformed("AFFECTED_UID", "PS3.4 B.2.3", "data set and command name different instances")
    }
    const prologue = fileMetaBytes({
      MediaStorageSOPClassUID: head.SOPClassUID,
      MediaStorageSOPInstanceUID: head.SOPInstanceUID,
      TransferSyntaxUID: this.#instance.TransferSyntaxUID,
      SendingApplicationEntityTitle: this.#instance.callingAE,
      ReceivingApplicationEntityTitle: this.#instance.calledAE,
    })
    const start = (): Uint8Array => Buffer.concat([prologue, ...this.#waiting])
    this.#study = await this.#touched.study(head, start, this.#instance.callingAE)
    this.#segment = await this.#touched.segment(this.#study.slotId)
    this.#writer = await this.#segment.begin("instance", prologue)
    for (const chunk of this.#waiting) await this.#writer.write(chunk)
    this.#waiting = []
  }

  async #keep(): Promise<StoreAnswer> {
    const [writer, segment, study, head] = [this.#writer, this.#segment, this.#study, this.#head]
    if (writer === null || segment === null || study === null || head === null)
      return CANNOT_UNDERSTAND("no data set")
    const copy = { SOPInstanceUID: head.SOPInstanceUID, sha256DataSet: await writer.dataSetDigest() }
    const known = await this.#filing.judge(study, copy)
    if (known === "same") {
      await this.abort()
      return SUCCESS
    }
    try {
      const sealed = await writer.finish(this.#meta(head))
      this.#writer = null
      await segment.sync()
      this.#filing.file(study, sealed, known === "conflict")
      return SUCCESS
    } catch (error) {
      this.#filing.dropped(study, copy)
      throw error
    }
  }

  #meta(head: Head): ObjectMeta {
    return {
      StudyInstanceUID: head.StudyInstanceUID,
      SeriesInstanceUID: head.SeriesInstanceUID,
      uniqueId: head.SOPInstanceUID,
      SOPClassUID: head.SOPClassUID,
      TransferSyntaxUID: this.#instance.TransferSyntaxUID,
      mimeType: "application/dicom",
      callingAE: this.#instance.callingAE,
      calledAE: this.#instance.calledAE,
      source: this.#instance.remoteAddress,
      receivedAt: this.#world.clock.now().toISOString(),
      supersedes: null,
    }
  }

  async #refuse(error: unknown): Promise<void> {
    this.#refusal = answerTo(error)
    // After a failed write the segment is closed at its last good end: the next instance opens a new one.
    if (error instanceof SpoolError && this.#study !== null) this.#touched.forget(this.#study.slotId)
    await this.abort()
  }
}

function answerTo(error: unknown): StoreAnswer {
  if (error instanceof Malformed) {
    return error.code === "AFFECTED_UID"
      ? DOES_NOT_MATCH(error.message)
      : CANNOT_UNDERSTAND(error.message.slice(0, 64))
  }
  if (error instanceof SpoolError || error instanceof LedgerError) return OUT_OF_RESOURCES(error.code)
  throw error
}
