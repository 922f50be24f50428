/**
 * DIMSE messages of one association (PS3.7 6.3, 9.3, 10.3): fragments in, responses out.
 * A stored data set is never gathered: each fragment goes to the sink and is waited for.
 *
 * Messages come in one after the other. C-STOREs are concluded side by side, as many as were negotiated: while one
 * becomes durable the next comes in, and each is answered when it is done (PS3.7 D.3.3.3). Everything else waits its turn.
 */
import type { InstanceIntake, InstanceSink, StoreAnswer } from "../../journey/ports/inbound.ts"
import { encodeCommand, type CStoreRQ, type Command } from "../../standards/dicom/dimse.ts"
import type { NEventReportRSP } from "../../standards/dicom/dimse-n.ts"
import { STATUS } from "../../standards/dicom/dimse-status.ts"
import { CommandFragments } from "../../standards/dicom/fragments.ts"
import type { PresentationDataValue } from "../../standards/dicom/pdu.ts"
import { isTolerableUid } from "../../standards/dicom/uid.ts"
import { Malformed } from "../../standards/malformed.ts"
import { prepareCommitment, type CommitmentService } from "./commitment-request.ts"
import type { AcceptedContext } from "./negotiate.ts"
import { FAILED, SUCCESS, unrecognized, type Peer, type Pending } from "./pending.ts"

/** Counted over the life of the listener. */
export interface StoreCounts {
  stored: number
  /** Answered with a status other than success. */
  refused: number
  /** Begun and never finished by the peer. */
  abandoned: number
  dataSetBytes: number
}

const unexpected = (clause: string, message: string): Malformed =>
  new Malformed("PDV_UNEXPECTED", clause, message)

/** What one association's messages are about, and who takes them. */
export interface Conversation {
  readonly contexts: ReadonlyMap<number, AcceptedContext>
  readonly peer: Peer
  readonly intake: InstanceIntake
  readonly commitments: CommitmentService | null
  /** Takes the response to a notification of ours; false when it was never sent. */
  readonly settle: (response: NEventReportRSP) => boolean
  readonly counts: StoreCounts
  /** How many operations of the peer may be under way at once. */
  readonly window: number
  /** Sends the command set of a response; never rejects. */
  readonly answer: (contextId: number, commandSet: Uint8Array) => Promise<void>
  readonly onFault: (fault: unknown) => void
}

export class Messages {
  readonly #about: Conversation
  readonly #commands = new CommandFragments()
  #pending: Pending | null = null
  /** Whole messages that are not answered yet. None rejects. */
  readonly #underWay = new Set<Promise<void>>()

  constructor(about: Conversation) {
    this.#about = about
  }

  /** Are there messages that came whole and are not answered yet? */
  get busy(): boolean {
    return this.#underWay.size > 0
  }

  /**
   * Take one fragment. Resolves when the next may come.
   *
   * @throws Malformed `PDV_UNEXPECTED` and those of `decodeCommand`: the association cannot go on
   */
  async take(value: PresentationDataValue): Promise<void> {
    const context = this.#about.contexts.get(value.contextId)
    if (!context)
      throw unexpected("PS3.8 9.3.5.1", `presentation context ${value.contextId} was not accepted`)
    await (value.command ? this.#takeCommand(value, context) : this.#takeData(value))
  }

  /** Resolves when everything that came whole is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** The peer is gone: what was begun is cut off, what came whole is concluded. Safe to call twice. */
  async abandon(): Promise<void> {
    const sink = this.#pending?.sink
    this.#pending = null
    if (sink) {
      this.#about.counts.abandoned++
      await this.#guard(() => sink.abort())
    }
    await this.settled()
  }

  async #takeCommand(value: PresentationDataValue, context: AcceptedContext): Promise<void> {
    if (this.#pending) throw unexpected("PS3.7 6.3.1", "a command before the message in hand was whole")
    const command = this.#commands.take(value)
    if (!command) return
    if (command.kind !== "C-STORE-RQ") await this.settled()
    const pending = this.#prepare(command, value.contextId, context)
    if (!pending) return
    if (command.hasDataSet) this.#pending = pending
    else await this.#about.answer(value.contextId, pending.respond(pending.refusal))
  }

  #prepare(command: Command, contextId: number, context: AcceptedContext): Pending | null {
    switch (command.kind) {
      case "C-STORE-RQ":
        return this.#prepareStore(command, contextId, context)
      case "C-ECHO-RQ": {
        const { MessageID, AffectedSOPClassUID } = command
        const respond = ({ status: Status }: StoreAnswer): Uint8Array =>
          encodeCommand({
            kind: "C-ECHO-RSP",
            MessageIDBeingRespondedTo: MessageID,
            AffectedSOPClassUID,
            Status,
          })
        this.#about.intake.echoed?.()
        return { contextId, alone: true, sink: null, refusal: SUCCESS, respond }
      }
      case "N-ACTION-RQ":
      case "N-EVENT-REPORT-RQ":
        return prepareCommitment(command, contextId, context, this.#about.commitments)
      case "other":
        // A C-CANCEL has no response of its own and nothing of ours can be cancelled (PS3.7 9.3.2.3).
        return command.MessageID === null ? null : unrecognized(contextId, command)
      case "N-EVENT-REPORT-RSP":
        if (this.#about.settle(command)) return null
        throw unexpected("PS3.7 7.5.1", "a response to a notification that was never sent")
      case "C-ECHO-RSP":
      case "C-STORE-RSP":
      case "N-ACTION-RSP":
        throw unexpected("PS3.7 7.5.1", `${command.kind} to a request that was never made`)
    }
  }

  #prepareStore(
    request: CStoreRQ & { hasDataSet: boolean },
    contextId: number,
    context: AcceptedContext,
  ): Pending {
    const { MessageID, AffectedSOPClassUID, AffectedSOPInstanceUID } = request
    const respond = ({ status: Status, comment: ErrorComment }: StoreAnswer): Uint8Array => {
      this.#about.counts[Status === STATUS.success ? "stored" : "refused"]++
      return encodeCommand({
        kind: "C-STORE-RSP",
        MessageIDBeingRespondedTo: MessageID,
        AffectedSOPClassUID,
        AffectedSOPInstanceUID,
        Status,
        ErrorComment,
      })
    }
    const refusal = refuseRequest(request, context)
    const sink = refusal ? null : this.#open(request, context)
    return { contextId, alone: false, sink, refusal: refusal ?? FAILED, respond }
  }

  #open(
    { AffectedSOPClassUID, AffectedSOPInstanceUID }: CStoreRQ,
    context: AcceptedContext,
  ): InstanceSink | null {
    const TransferSyntaxUID = context.transferSyntax
    try {
      return this.#about.intake.begin({
        AffectedSOPClassUID,
        AffectedSOPInstanceUID,
        TransferSyntaxUID,
        ...this.#about.peer,
      })
    } catch (fault) {
      this.#about.onFault(fault)
      return null
    }
  }

  async #takeData({ contextId, fragment, last }: PresentationDataValue): Promise<void> {
    const pending = this.#pending
    if (pending?.contextId !== contextId)
      throw unexpected("PS3.7 6.3.1", "data set bytes without their command")
    this.#about.counts.dataSetBytes += fragment.length
    const { sink } = pending
    if (sink && fragment.length > 0 && !(await this.#guard(() => sink.write(fragment))))
      await this.#giveUp(pending, sink)
    if (!last) return
    this.#pending = null
    const concluded = this.#conclude(pending).finally(() => this.#underWay.delete(concluded))
    this.#underWay.add(concluded)
    const room = pending.alone ? 1 : this.#about.window
    while (this.#underWay.size >= room) await Promise.race(this.#underWay)
  }

  async #conclude(pending: Pending): Promise<void> {
    await this.#about.answer(pending.contextId, pending.respond(await this.#finish(pending)))
  }

  async #finish({ sink, refusal }: Pending): Promise<StoreAnswer> {
    if (!sink) return refusal
    try {
      return await sink.finish()
    } catch (fault) {
      this.#about.onFault(fault)
      await this.#guard(() => sink.abort())
      return FAILED
    }
  }

  /** The sink broke: cut the object off, read the rest of its data set for nothing, answer the failure. */
  async #giveUp(pending: Pending, sink: InstanceSink): Promise<void> {
    pending.sink = null
    pending.refusal = FAILED
    await this.#guard(() => sink.abort())
  }

  async #guard(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (fault) {
      this.#about.onFault(fault)
      return false
    }
  }
}

/** What the command alone forbids; the data set is for the handler to judge. */
function refuseRequest(
  request: CStoreRQ & { hasDataSet: boolean },
  context: AcceptedContext,
): StoreAnswer | null {
  if (context.service !== "storage" || request.AffectedSOPClassUID !== context.abstractSyntax)
    return {
      status: STATUS.sopClassNotSupported,
      comment: "SOP Class is not that of the presentation context",
    }
  if (!isTolerableUid(request.AffectedSOPInstanceUID))
    return { status: STATUS.invalidSOPInstance, comment: "Affected SOP Instance UID is not a UID" }
  if (!request.hasDataSet) return { status: STATUS.cannotUnderstand, comment: "C-STORE without a data set" }
  return null
}
