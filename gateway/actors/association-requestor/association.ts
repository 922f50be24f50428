/**
 * One association as its requestor: the socket, the timers and the effects of the upper layer machine (PS3.8 9.2), one
 * operation at a time. Notifications of the peer are answered between our own messages.
 */
import type { Socket } from "node:net"
import { AssociationError } from "../../journey/errors.ts"
import type { Command, KnownCommand } from "../../standards/dicom/dimse.ts"
import { carries } from "../../standards/dicom/fragments.ts"
import { PduReader } from "../../standards/dicom/pdu-reader.ts"
import type { AssociateRQ, Pdu } from "../../standards/dicom/pdu.ts"
import { abortReason, explainAbort, explainRejection, TRANSIENT } from "../../standards/dicom/rejection.ts"
import { UpperLayer, type Effect, type Event } from "../../standards/dicom/upper-layer.ts"
import { Malformed } from "../../standards/malformed.ts"
import { Incoming, type IncomingOptions } from "./incoming.ts"
import { Outgoing, type DataSetBytes } from "./outgoing.ts"
import { openContexts, type OpenContext } from "./request.ts"
import type { Proposal, Timeouts, Timers } from "./remote.ts"

export interface AssociationOptions extends IncomingOptions {
  /** The peer's, for messages. */
  readonly aeTitle: string
  readonly timeouts: Timeouts
  readonly timers: Timers
}

const EVENT_OF: Readonly<Record<Pdu["type"], Event>> = {
  "A-ASSOCIATE-RQ": "Evt6",
  "A-ASSOCIATE-AC": "Evt3",
  "A-ASSOCIATE-RJ": "Evt4",
  "P-DATA-TF": "Evt10",
  "A-RELEASE-RQ": "Evt12",
  "A-RELEASE-RP": "Evt13",
  "A-ABORT": "Evt16",
}

export class Association {
  readonly #socket: Socket
  readonly #options: AssociationOptions
  readonly #machine = new UpperLayer("requestor")
  readonly #reader = new PduReader()
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #established = Promise.withResolvers<undefined>()
  readonly #ended = Promise.withResolvers<undefined>()
  #request: AssociateRQ | null = null
  #pdu: Pdu | null = null
  #abortReason = 0
  #stopArtim: () => void = () => undefined
  #contexts: readonly OpenContext[] = []
  #proposals: readonly Proposal[] = []
  #messageId = 0
  /** Why nothing more can be said; null while it can. */
  #failure: AssociationError | null = null
  #operations: Promise<unknown> = Promise.resolve()

  readonly #effects: Readonly<Partial<Record<Effect, () => void | Promise<void>>>> = {
    "send-associate-rq": async () => {
      if (this.#request) await this.#outgoing.pdu(this.#request)
    },
    "start-artim": () => this.#startArtim(),
    "stop-artim": () => this.#stopArtim(),
    close: () => {
      this.#socket.destroySoon()
    },
    "confirm-accept": () => this.#accepted(),
    "confirm-reject": () => this.#rejected(),
    "indicate-p-data": () => this.#indicateData(),
    "indicate-release": () => this.#happen("Evt14"),
    "indicate-abort": () => this.#aborted(),
    "send-release-rq": () => this.#outgoing.pdu({ type: "A-RELEASE-RQ" }),
    "send-release-rp": () => this.#outgoing.pdu({ type: "A-RELEASE-RP" }),
    "send-abort-user": () => this.#outgoing.pdu({ type: "A-ABORT", source: 0, reason: 0 }),
    "send-abort-provider": () =>
      this.#outgoing.pdu({ type: "A-ABORT", source: 2, reason: this.#abortReason }),
  }

  /** @param socket open, as `open` of transport.ts gives it */
  constructor(socket: Socket, options: AssociationOptions) {
    this.#socket = socket
    this.#options = options
    this.#outgoing = new Outgoing(socket, {
      timers: options.timers,
      stallMs: options.timeouts.responseMs,
      requestData: () => {
        if (this.#failure) throw this.#failure
        this.#machine.apply("Evt9")
      },
    })
    this.#incoming = new Incoming(options, (contextId, answer) =>
      this.#outgoing.message(contextId, answer, null),
    )
    // Somebody may end it before anybody waits.
    this.#established.promise.catch(() => undefined)
  }

  /** Resolves when the connection is gone, whoever ended it. Never rejects. */
  get ended(): Promise<unknown> {
    return this.#ended.promise
  }

  /** The accepted context for `abstractSyntax`; with `transferSyntax`, the one that is written so. */
  context(abstractSyntax: string, transferSyntax?: string): OpenContext | null {
    const found = this.#contexts.find(
      (each) =>
        each.abstractSyntax === abstractSyntax &&
        (transferSyntax === undefined || each.transferSyntax === transferSyntax),
    )
    return found ?? null
  }

  /** A-ASSOCIATE. @throws AssociationError: rejected, busy, ended, or a peer to whom nothing can be said */
  async establish(request: AssociateRQ, proposals: readonly Proposal[]): Promise<void> {
    this.#request = request
    this.#proposals = proposals
    this.#machine.apply("Evt1")
    void this.#read()
    const { timers, timeouts, aeTitle } = this.#options
    const giveUp = timers.after(timeouts.artimMs, () => {
      this.#fail("ERR_ASSOCIATION_UNREACHABLE", `${aeTitle} does not answer A-ASSOCIATE-RQ`)
      void this.abort()
    })
    await this.#happen("Evt2")
    await this.#established.promise.finally(giveUp)
  }

  /**
   * One operation: the request with its data set, and the response to it.
   *
   * @param command gets the Message ID to use
   * @throws AssociationError ERR_ASSOCIATION_ENDED, ERR_ASSOCIATION_PROTOCOL; whatever the data set throws, after abort
   */
  perform(
    contextId: number,
    command: (MessageID: number) => KnownCommand,
    dataSet: DataSetBytes | null,
  ): Promise<Command> {
    const mine = this.#operations.then(() => this.#operation(contextId, command, dataSet))
    this.#operations = mine.catch(() => undefined)
    return mine
  }

  async #operation(
    contextId: number,
    command: (MessageID: number) => KnownCommand,
    dataSet: DataSetBytes | null,
  ): Promise<Command> {
    const MessageID = this.#nextMessageId()
    const answer = this.#incoming.await(MessageID)
    // The association may end while the data set is still on its way.
    answer.catch(() => undefined)
    try {
      await this.#outgoing.message(contextId, command(MessageID), dataSet)
    } catch (fault) {
      // Half a data set can only be taken back by ending it all.
      if (this.#failure === null) await this.abort()
      throw fault
    }
    return await this.#inTime(answer)
  }

  /** A-RELEASE. Resolves when the connection is gone; a peer who does not answer is left. */
  async release(): Promise<void> {
    // After A-RELEASE-RQ nothing more may be said, not even an answer.
    await this.#incoming.answered
    if (this.#machine.state === "Sta6") {
      const { timers, timeouts } = this.#options
      const giveUp = timers.after(timeouts.artimMs, () => void this.abort())
      await this.#happen("Evt11")
      await this.#ended.promise
      giveUp()
      return
    }
    await this.abort()
  }

  /** A-ABORT by its user. Safe at any time. */
  async abort(): Promise<void> {
    this.#fail("ERR_ASSOCIATION_ENDED", "we ended it")
    if (this.#machine.allows("Evt15")) await this.#happen("Evt15")
    this.#socket.destroySoon()
  }

  // ---------------------------------------------------------------- going out

  #nextMessageId(): number {
    this.#messageId = (this.#messageId % 0xffff) + 1
    return this.#messageId
  }

  async #inTime(answer: Promise<Command>): Promise<Command> {
    const { timers, timeouts, aeTitle } = this.#options
    const giveUp = timers.after(timeouts.responseMs, () => {
      this.#fail("ERR_ASSOCIATION_ENDED", `${aeTitle} does not answer`)
      void this.abort()
    })
    return await answer.finally(giveUp)
  }

  // ---------------------------------------------------------------- coming in

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false }))
        await this.#take(chunk as Uint8Array)
    } catch (fault) {
      // A reset is the peer's end of the matter; anything else is ours to tell.
      if (!this.#socket.destroyed) this.#fail("ERR_ASSOCIATION_PROTOCOL", "the association broke", fault)
    }
    if (this.#machine.allows("Evt17")) this.#machine.apply("Evt17")
    this.#stopArtim()
    this.#fail("ERR_ASSOCIATION_ENDED", `${this.#options.aeTitle} closed the connection`)
    this.#socket.destroySoon()
    this.#ended.resolve(undefined)
  }

  async #take(chunk: Uint8Array): Promise<void> {
    try {
      for (const pdu of this.#reader.push(chunk)) {
        if (this.#machine.state === "Sta1") return
        this.#pdu = pdu
        await this.#happen(EVENT_OF[pdu.type])
      }
    } catch (fault) {
      if (!(fault instanceof Malformed)) throw fault
      this.#abortReason = abortReason(fault)
      this.#fail("ERR_ASSOCIATION_PROTOCOL", `${this.#options.aeTitle}: ${fault.message}`, fault)
      if (this.#machine.allows("Evt19")) await this.#happen("Evt19")
      this.#socket.destroySoon()
    }
  }

  async #happen(event: Event): Promise<void> {
    for (const effect of this.#machine.apply(event)) await this.#effects[effect]?.()
  }

  #startArtim(): void {
    const { timers, timeouts } = this.#options
    this.#stopArtim()
    this.#stopArtim = timers.after(timeouts.artimMs, () => this.#socket.destroy())
  }

  #accepted(): void {
    if (this.#pdu?.type !== "A-ASSOCIATE-AC") return
    const { maximumLengthBytes } = this.#pdu.userInformation
    if (!carries(maximumLengthBytes)) {
      const what = `takes no PDU longer than ${maximumLengthBytes} bytes`
      this.#fail("ERR_ASSOCIATION_PROTOCOL", `${this.#options.aeTitle} ${what}`)
      void this.abort()
      return
    }
    this.#outgoing.peerMaximumLengthBytes = maximumLengthBytes
    this.#contexts = openContexts(this.#proposals, this.#pdu)
    this.#incoming.contexts = this.#contexts
    this.#established.resolve(undefined)
  }

  #rejected(): void {
    if (this.#pdu?.type !== "A-ASSOCIATE-RJ") return
    const code = this.#pdu.result === TRANSIENT ? "ERR_ASSOCIATION_BUSY" : "ERR_ASSOCIATION_REJECTED"
    this.#fail(code, `${this.#options.aeTitle}: ${explainRejection(this.#pdu)}`)
  }

  #aborted(): void {
    if (this.#pdu?.type !== "A-ABORT") return
    this.#fail("ERR_ASSOCIATION_ENDED", `${this.#options.aeTitle}: ${explainAbort(this.#pdu)}`)
  }

  #indicateData(): void {
    if (this.#pdu?.type !== "P-DATA-TF") return
    for (const value of this.#pdu.values) this.#incoming.take(value)
  }

  /** The first reason counts. */
  #fail(code: AssociationError["code"], message: string, cause?: unknown): void {
    this.#failure ??= new AssociationError(code, message, cause === undefined ? {} : { cause })
    this.#established.reject(this.#failure)
    this.#incoming.fail(this.#failure)
  }
}
