/**
 * Receive a file: the same as a C-STORE, but the object comes as a Part 10 file (PS3.10 7), by STOW-RS, from a folder or a
 * medium. Nobody negotiated what it may be, so it is judged here.
 *
 * Its own header is kept when it holds: then what is sealed is the file, octet by octet. The data set's digest leaves the
 * header out, so the same instance is known again whichever door it comes through.
 */
import { dataSetWalk } from "../../standards/dicom/deflated-walk.ts"
import type { DataSetWalk } from "../../standards/dicom/element-walk.ts"
import type { Head } from "../../standards/dicom/head.ts"
import { joined } from "../../standards/dicom/octets.ts"
import { dataSetStart, type DataSetStart } from "../../standards/dicom/part10.ts"
import { MEDIA_STORAGE_DIRECTORY, type TransferSyntaxOf } from "../../standards/dicom/sop-classes.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { Filing } from "./file-instance.ts"
import { openIntake, type Arriving, type Intake, type IntakeSink } from "./intake.ts"
import type { FileHandler, FileSender, FileSink, StoreOutcome } from "../ports/inbound.ts"
import { ourFileMeta } from "./receive.ts"
import { answerTo } from "./store-answer.ts"
import type { World } from "../world.ts"

/** Private elements (0002,0102) may be any length; a larger header than this is replaced by ours. */
export const MAX_KEPT_FILE_META_BYTES = 16 * 1024
/** The header is looked for in growing beginnings, so that bytes that come one by one cost no more than others. */
const FIRST_TRY_BYTES = 1024

export interface ReceiveFileOptions {
  readonly aeTitle: string
  /** May an object of this SOP Class be stored? */
  readonly takes: (SOPClassUID: string) => boolean
  /** Senders whose images are all urgent. */
  readonly urgent?: ReadonlySet<string>
}

export function fileHandler(world: World, filing: Filing, options: ReceiveFileOptions): FileHandler {
  return {
    open: (sender) => {
      const intake = openIntake(world, filing)
      return {
        begin: (StudyInstanceUID) =>
          new Sink(intake, { ...options, sender, StudyInstanceUID, syntaxOf: world.syntaxOf }),
        end: () => intake.end(),
      }
    },
  }
}

interface About extends ReceiveFileOptions {
  readonly sender: FileSender
  readonly StudyInstanceUID: string | null
  readonly syntaxOf: TransferSyntaxOf
}

/** One file. */
class Sink implements FileSink {
  readonly #intake: Intake
  readonly #about: About
  /** The file's beginning, until its data set is found. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  #nextTryBytes = FIRST_TRY_BYTES
  #sink: IntakeSink | null = null
  #refusal: StoreOutcome | null = null

  constructor(intake: Intake, about: About) {
    this.#intake = intake
    this.#about = about
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#refusal !== null) return
    if (this.#sink !== null) {
      await this.#sink.write(bytes)
      return
    }
    this.#held.push(new Uint8Array(bytes))
    this.#heldBytes += bytes.length
    if (this.#heldBytes >= this.#nextTryBytes) await this.#look()
  }

  async finish(): Promise<StoreOutcome> {
    if (this.#refusal === null && this.#sink === null) await this.#look()
    if (this.#refusal !== null) return this.#refusal
    return this.#sink === null ? CUT : this.#sink.finish()
  }

  async abort(): Promise<void> {
    await this.#sink?.abort()
    this.#held = []
  }

  #refuse(error: unknown): void {
    this.#refusal = { ...answerTo(error), became: "refused", instance: null }
    this.#held = []
  }

  /** Is the data set's beginning among what is held? */
  async #look(): Promise<void> {
    const head = joined(this.#held)
    this.#held = [head]
    this.#nextTryBytes = this.#heldBytes * 2
    try {
      const start = dataSetStart(head)
      if (start !== null) await this.#begin(start, head)
    } catch (error) {
      this.#refuse(error)
    }
  }

  async #begin(start: DataSetStart, head: Uint8Array): Promise<void> {
    const { TransferSyntaxUID, MediaStorageSOPClassUID, offsetBytes } = start
    if (MediaStorageSOPClassUID === MEDIA_STORAGE_DIRECTORY)
      throw new Malformed("SOP_CLASS", "PS3.10 8.6", "a DICOMDIR lists objects and is none")
    const syntax = this.#about.syntaxOf(TransferSyntaxUID)
    if (syntax === null) throw new Malformed("TRANSFER_SYNTAX", "PS3.6 A", "the transfer syntax is not known")
    const walk = dataSetWalk(syntax.encoding)
    this.#sink = this.#intake.begin(arriving(this.#about, start, head.subarray(0, offsetBytes), walk))
    this.#held = []
    await this.write(head.subarray(offsetBytes))
  }
}

const CUT: StoreOutcome = {
  ...answerTo(new Malformed("FILE_CUT", "PS3.10 7.1", "the file ends before its data set")),
  became: "cut",
  instance: null,
}

function arriving(
  about: About,
  { TransferSyntaxUID }: DataSetStart,
  own: Uint8Array,
  walk: DataSetWalk,
): Arriving {
  const ends = { TransferSyntaxUID, callingAE: about.sender.callingAE, calledAE: about.aeTitle }
  return {
    ...ends,
    remoteAddress: about.sender.remoteAddress,
    urgent: about.urgent?.has(about.sender.callingAE) === true,
    walk,
    judge: (head) => judge(head, about),
    fileMeta: (head) => (holds(own, head) ? own : ourFileMeta(ends, head)),
  }
}

function judge({ SOPClassUID, StudyInstanceUID }: Head, about: About): void {
  if (!about.takes(SOPClassUID))
    throw new Malformed("SOP_CLASS", "PS3.4 B.5", "the SOP Class is not one of storage")
  if (about.StudyInstanceUID !== null && about.StudyInstanceUID !== StudyInstanceUID)
    throw new Malformed("OTHER_STUDY", "PS3.18 10.5.1", "the object is of another study than the request")
}

/** As long as it says, and about the data set behind it: what others read without doubt. */
function holds(own: Uint8Array, { SOPClassUID, SOPInstanceUID }: Head): boolean {
  const start = own.length <= MAX_KEPT_FILE_META_BYTES ? dataSetStart(own) : null
  return (
    start?.offsetBytes === own.length &&
    start.MediaStorageSOPClassUID === SOPClassUID &&
    start.MediaStorageSOPInstanceUID === SOPInstanceUID
  )
}
