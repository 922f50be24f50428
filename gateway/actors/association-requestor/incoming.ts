/** What a peer says to the requestor: responses to our operations, and notifications (N-EVENT-REPORT) of its own. */
import type { AssociationError } from "../../journey/errors.ts"
import type { Command, KnownCommand } from "../../standards/dicom/dimse.ts"
import type { NEventReportRQ } from "../../standards/dicom/dimse-n.ts"
import { STATUS } from "../../standards/dicom/dimse-status.ts"
import { CommandFragments } from "../../standards/dicom/fragments.ts"
import { joined } from "../../standards/dicom/octets.ts"
import type { PresentationDataValue } from "../../standards/dicom/pdu.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { OpenContext } from "./request.ts"

/** Takes a notification with its data set; resolves with the status to answer (PS3.7 10.1.1.1.8). */
export type Notified = (
  request: NEventReportRQ,
  dataSet: Uint8Array,
  transferSyntax: string,
) => Promise<{ readonly status: number; readonly comment: string }>

export interface IncomingOptions {
  /** Answers an N-EVENT-REPORT of the peer; without it each is refused. */
  readonly notified: Notified | null
  /** Faults of `notified`, for the log. */
  readonly onFault: (fault: unknown) => void
}

/** Fifty thousand references of a commitment; no notification of PS3.4 is longer. */
export const MAX_NOTIFICATION_BYTES = 8 * 1024 * 1024

/** A message whose data set is still coming; `parts` is null when it is only read away. */
interface Gathering {
  readonly command: Command
  readonly context: OpenContext
  readonly parts: Uint8Array[] | null
  lengthBytes: number
}

export class Incoming {
  contexts: readonly OpenContext[] = []
  readonly #notified: Notified | null
  readonly #onFault: (fault: unknown) => void
  readonly #respond: (contextId: number, answer: KnownCommand) => Promise<void>
  readonly #commands = new CommandFragments()
  readonly #awaited = new Map<number, PromiseWithResolvers<Command>>()
  #gathering: Gathering | null = null
  #notifications: Promise<unknown> = Promise.resolve()
  #failure: AssociationError | null = null

  constructor(
    { notified, onFault }: IncomingOptions,
    respond: (contextId: number, answer: KnownCommand) => Promise<void>,
  ) {
    this.#notified = notified
    this.#onFault = onFault
    this.#respond = respond
  }

  /** The response to this message, once its own data set is read as well. */
  async await(MessageID: number): Promise<Command> {
    if (this.#failure) throw this.#failure
    const awaited = Promise.withResolvers<Command>()
    this.#awaited.set(MessageID, awaited)
    return await awaited.promise
  }

  /** Resolves when every notification so far has its answer. Never rejects. */
  get answered(): Promise<unknown> {
    return this.#notifications
  }

  fail(failure: AssociationError): void {
    this.#failure ??= failure
    for (const { reject } of this.#awaited.values()) reject(this.#failure)
    this.#awaited.clear()
  }

  /** @throws Malformed: the association cannot go on */
  take(value: PresentationDataValue): void {
    const context = this.contexts.find(({ id }) => id === value.contextId)
    if (context === undefined)
      throw unexpected("PS3.8 9.3.5.1", `presentation context ${value.contextId} was not accepted`)
    if (!value.command) {
      this.#takeData(value)
      return
    }
    if (this.#gathering) throw unexpected("PS3.7 6.3.1", "a command before the message in hand was whole")
    const command = this.#commands.take(value)
    if (command) this.#begin(command, context)
  }

  #begin(command: Command, context: OpenContext): void {
    const gathering = { command, context, parts: isWanted(command) ? [] : null, lengthBytes: 0 }
    if (command.hasDataSet) this.#gathering = gathering
    else this.#whole(gathering)
  }

  #takeData({ contextId, fragment, last }: PresentationDataValue): void {
    const gathering = this.#gathering
    if (gathering?.context.id !== contextId)
      throw unexpected("PS3.7 6.3.1", "data set bytes without their command")
    gathering.lengthBytes += fragment.length
    if (gathering.lengthBytes > MAX_NOTIFICATION_BYTES)
      throw new Malformed("DATA_SET_TOO_LONG", "PS3.7 10.1.1", `more than ${MAX_NOTIFICATION_BYTES} bytes`)
    gathering.parts?.push(new Uint8Array(fragment))
    if (!last) return
    this.#gathering = null
    this.#whole(gathering)
  }

  #whole({ command, context, parts }: Gathering): void {
    if (command.kind === "N-EVENT-REPORT-RQ") {
      const dataSet = joined(parts ?? [])
      this.#notifications = this.#notifications.then(() => this.#answer(command, dataSet, context))
      return
    }
    if (!("MessageIDBeingRespondedTo" in command)) throw unexpected("PS3.7 7.5", "a request we cannot answer")
    const awaited = this.#awaited.get(command.MessageIDBeingRespondedTo)
    if (!awaited) throw unexpected("PS3.7 7.5.1", `${command.kind} to a request that was never made`)
    this.#awaited.delete(command.MessageIDBeingRespondedTo)
    awaited.resolve(command)
  }

  /** Never rejects: what cannot be written any more has its reason in the association. */
  async #answer(request: NEventReportRQ, dataSet: Uint8Array, context: OpenContext): Promise<void> {
    const { MessageID, AffectedSOPClassUID, AffectedSOPInstanceUID } = request
    const { status, comment } = await this.#judge(request, dataSet, context)
    const answer: KnownCommand = {
      kind: "N-EVENT-REPORT-RSP",
      MessageIDBeingRespondedTo: MessageID,
      AffectedSOPClassUID,
      AffectedSOPInstanceUID,
      Status: status,
      ErrorComment: comment,
    }
    await this.#respond(context.id, answer).catch(() => undefined)
  }

  async #judge(request: NEventReportRQ, dataSet: Uint8Array, context: OpenContext): ReturnType<Notified> {
    if (!this.#notified) return { status: STATUS.unrecognizedOperation, comment: "" }
    try {
      return await this.#notified(request, dataSet, context.transferSyntax)
    } catch (fault) {
      this.#onFault(fault)
      return { status: STATUS.processingFailure, comment: "processing failure" }
    }
  }
}

const isWanted = (command: Command): boolean => command.kind === "N-EVENT-REPORT-RQ"

const unexpected = (clause: string, message: string): Malformed =>
  new Malformed("PDV_UNEXPECTED", clause, message)
