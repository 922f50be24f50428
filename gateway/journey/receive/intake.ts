/**
 * Intake: what every door for images does with an object: it is sealed while it comes, and success is answered after the
 * segment's fdatasync and not before (PS3.4 B.2.3). Ledger rows follow in batches: what a crash takes from them is rolled
 * forward from the spool.
 */
import { headScanner } from "../../standards/dicom/deflated-head.ts"
import type { DataSetWalk } from "../../standards/dicom/element-walk.ts"
import type { Head } from "../../standards/dicom/head.ts"
import { OctetSink } from "../../standards/dicom/recode/octet-sink.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { Filing } from "./file-instance.ts"
import { SpoolError } from "../errors.ts"
import type { IncomingInstance, InstanceSink, StoreOutcome } from "../ports/inbound.ts"
import type { ObjectMeta, ObjectWriter, Segment } from "../ports/spool.ts"
import type { StudyRecord } from "../records/study.ts"
import { CANNOT_UNDERSTAND, STORED, answerTo } from "./store-answer.ts"
import { TouchedStudies } from "./touched-studies.ts"
import type { World } from "../world.ts"

/** An object before its data set, whichever door it comes through. */
export interface Arriving extends Pick<
  IncomingInstance,
  "TransferSyntaxUID" | "callingAE" | "calledAE" | "remoteAddress"
> {
  /** Throws Malformed when the data set is not the object its sender named, or none that we take. */
  readonly judge: (head: Head) => void
  /** Every image of the device that sends it is urgent; absent = no. */
  readonly urgent?: boolean
  /** Preamble and group 0002 that are sealed in front of the data set. */
  readonly fileMeta: (head: Head) => Uint8Array
  /** Tells whether the data set is whole; null = its sender says so by ending the message. */
  readonly walk: DataSetWalk | null
}

const CUT = new Malformed("DATA_SET_TRUNCATED", "PS3.5 7.1", "the data set ends inside an element")

/** As the ports have it, with more to tell. */
export interface Intake {
  begin(arriving: Arriving): IntakeSink
  end(): Promise<void>
}
export interface IntakeSink extends InstanceSink {
  finish(): Promise<StoreOutcome>
}

/** One association's, request's or look's worth of objects: one comes in while those before it become durable. */
export function openIntake(world: World, filing: Filing): Intake {
  const touched = new TouchedStudies(world, filing)
  return {
    begin: (arriving) => new Sink(world, filing, arriving, touched),
    end: () => touched.close(),
  }
}

/** One object. Bad content never throws: it is remembered and answered, and nothing of it is kept. */
class Sink implements IntakeSink {
  readonly #world: World
  readonly #filing: Filing
  readonly #arriving: Arriving
  readonly #touched: TouchedStudies
  readonly #scanner
  #head: Head | null = null
  /** The data set up to its head. In one piece, however small the pieces were that it came in. */
  #start: OctetSink | null = null
  #study: StudyRecord | null = null
  #segment: Segment | null = null
  #writer: ObjectWriter | null = null
  #refusal: StoreOutcome | null = null
  #leave: () => void = () => undefined

  constructor(world: World, filing: Filing, arriving: Arriving, touched: TouchedStudies) {
    this.#world = world
    this.#filing = filing
    this.#arriving = arriving
    this.#touched = touched
    this.#scanner = headScanner(world.syntaxOf(arriving.TransferSyntaxUID)?.encoding ?? "explicit-le")
  }

  async write(dataSet: Uint8Array): Promise<void> {
    if (this.#refusal !== null) return
    try {
      if (this.#arriving.walk !== null) await this.#arriving.walk.push(dataSet)
      if (this.#writer !== null) {
        await this.#writer.write(dataSet)
        return
      }
      this.#head = this.#scanner.push(dataSet)
      // What waits for the next chunk is copied: this one may be a view into the socket's buffer.
      if (this.#head === null) (this.#start ??= new OctetSink(dataSet.length)).bytes(dataSet)
      else await this.#open(this.#head, dataSet)
    } catch (error) {
      await this.#refuse(error)
    }
  }

  async finish(): Promise<StoreOutcome> {
    try {
      if (this.#refusal === null && (await this.#isCut())) await this.#refuse(CUT, "cut")
      if (this.#refusal === null && this.#head === null) {
        this.#head = this.#scanner.end()
        await this.#open(this.#head, new Uint8Array(0))
      }
      if (this.#refusal === null) return await this.#keep()
    } catch (error) {
      await this.#refuse(error)
    }
    return this.#refusal ?? this.#told(CANNOT_UNDERSTAND("no data set"), "refused")
  }

  async #isCut(): Promise<boolean> {
    return this.#arriving.walk !== null && !(await this.#arriving.walk.isWhole())
  }

  async abort(): Promise<void> {
    this.#arriving.walk?.drop()
    const writer = this.#writer
    this.#writer = null
    this.#start = null
    try {
      await writer?.abort()
    } finally {
      this.#leave()
    }
  }

  /** Identity is known: judge it, find the study's segment and begin to seal. */
  async #open(head: Head, last: Uint8Array): Promise<void> {
    this.#arriving.judge(head)
    const prologue = this.#arriving.fileMeta(head)
    const waiting = [this.#start?.taken() ?? new Uint8Array(0), last]
    this.#start = null
    const start = (): Uint8Array => Buffer.concat([prologue, ...waiting])
    this.#leave = await this.#touched.enter()
    this.#study = await this.#touched.study(head, start, this.#arriving.callingAE)
    this.#segment = await this.#touched.segment(this.#study, this.#arriving.urgent ?? false)
    this.#writer = await this.#segment.begin("instance", prologue)
    for (const chunk of waiting) await this.#writer.write(chunk)
  }

  async #keep(): Promise<StoreOutcome> {
    const [writer, segment, study, head] = [this.#writer, this.#segment, this.#study, this.#head]
    if (writer === null || segment === null || study === null || head === null)
      return this.#told(CANNOT_UNDERSTAND("no data set"), "refused")
    const copy = { SOPInstanceUID: head.SOPInstanceUID, sha256DataSet: await writer.dataSetDigest() }
    const judgement = await this.#filing.judge(study, copy)
    if (judgement === "same") {
      await this.abort()
      return this.#told(STORED, judgement)
    }
    try {
      const sealed = await writer.finish(this.#meta(head))
      this.#writer = null
      this.#leave()
      await segment.sync()
      this.#filing.file(study, sealed, judgement === "conflict")
      return this.#told(STORED, judgement)
    } catch (error) {
      this.#filing.dropped(study, copy)
      throw error
    }
  }

  #told(answer: Pick<StoreOutcome, "status" | "comment">, became: StoreOutcome["became"]): StoreOutcome {
    return { ...answer, became, instance: this.#head }
  }

  #meta(head: Head): ObjectMeta {
    return {
      StudyInstanceUID: head.StudyInstanceUID,
      SeriesInstanceUID: head.SeriesInstanceUID,
      uniqueId: head.SOPInstanceUID,
      SOPClassUID: head.SOPClassUID,
      TransferSyntaxUID: this.#arriving.TransferSyntaxUID,
      mimeType: "application/dicom",
      callingAE: this.#arriving.callingAE,
      calledAE: this.#arriving.calledAE,
      source: this.#arriving.remoteAddress,
      receivedAt: this.#world.clock.now().toISOString(),
      supersedes: null,
    }
  }

  /** Cut off first: a cut that fails makes the segment unfit as well, and the answer is why the object is not kept. */
  async #refuse(error: unknown, became: "refused" | "cut" = "refused"): Promise<void> {
    const cut = await this.abort().then(
      () => null,
      (fault: unknown) => fault,
    )
    // After a failed write the segment is closed at its last good end: the next instance opens a new one.
    if ([error, cut].some((each) => each instanceof SpoolError) && this.#study !== null)
      await this.#touched.forget(this.#study.slotId, this.#segment)
    this.#refusal = this.#told(answerTo(error), became)
  }
}
