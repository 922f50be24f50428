/**
 * One association as its acceptor: the socket, the timers and the effects of the upper layer machine (PS3.8 9.2).
 *
 * Bytes are pulled, not pushed: while a sink is busy nothing more is read, so a slow disk slows the sender by TCP.
 * Whatever the peer or the handler does, `run` resolves and the intake is ended exactly once.
 */
import type { Socket } from "node:net"
import { DimseError } from "../../journey/errors.ts"
import type { InstanceIntake } from "../../journey/ports/inbound.ts"
import { STATUS, statusInWords } from "../../standards/dicom/dimse-status.ts"
import { PduReader } from "../../standards/dicom/pdu-reader.ts"
import type { AssociateAC, AssociateRJ, AssociateRQ, Pdu } from "../../standards/dicom/pdu.ts"
import { ABORT_REASON, TRANSIENT, abortReason, rejection } from "../../standards/dicom/rejection.ts"
import { protocolOf } from "../../standards/dicom/first-octets.ts"
import { writeCommitmentResult, type CommitmentResult } from "../../standards/dicom/storage-commitment.ts"
import { UpperLayer, type Effect, type Event } from "../../standards/dicom/upper-layer.ts"
import { claimedUser } from "../../standards/dicom/user-identity.ts"
import { letGo } from "../../standards/let-go.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { CommitmentService } from "./commitment-request.ts"
import { Messages } from "./messages.ts"
import { Notifications, notificationOf } from "./notifications.ts"
import { Outgoing } from "./outgoing.ts"
import type { Peer } from "./pending.ts"
import type { Surroundings } from "./surroundings.ts"
import { rejectionOf } from "./admission.ts"
import { negotiate } from "./negotiate.ts"

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
  readonly #around: Surroundings
  readonly #machine = new UpperLayer("acceptor")
  readonly #reader = new PduReader()
  readonly #notifications = new Notifications()
  readonly #outgoing: Outgoing
  #stopArtim = forgetNothing
  #stopIdle = forgetNothing
  #pdu: Pdu | null = null
  #abortReason: number = ABORT_REASON.unexpectedPdu
  /** After a framing fault nothing more can be understood. */
  #deaf = false
  #outcome: "released" | "aborted" | "rejected" = "aborted"
  #rejection: AssociateRJ = rejection(TRANSIENT, "temporaryCongestion")
  #acceptance: AssociateAC | null = null
  #intake: InstanceIntake | null = null
  #messages: Messages | null = null

  readonly #effects: Readonly<Partial<Record<Effect, () => void | Promise<void>>>> = {
    "start-artim": () => {
      this.#stopArtim()
      this.#stopArtim = this.#around.timers.after(this.#around.artimMs, () => this.#later("Evt18"))
    },
    "stop-artim": () => this.#stopArtim(),
    close: () => {
      this.#socket.destroy()
    },
    "indicate-associate": () => this.#indicateAssociate(),
    "indicate-p-data": () => this.#indicateData(),
    "indicate-release": async () => {
      this.#outcome = "released"
      await this.#happen("Evt14")
    },
    "send-associate-ac": async () => {
      if (this.#acceptance) await this.#outgoing.pdu(this.#acceptance)
    },
    "send-associate-rj": () => this.#outgoing.pdu(this.#rejection),
    "send-release-rp": () => this.#outgoing.pdu({ type: "A-RELEASE-RP" }),
    "send-abort-user": () => this.#sendAbort(),
    "send-abort-provider": () =>
      this.#outgoing.pdu({ type: "A-ABORT", source: 2, reason: this.#abortReason }),
  }

  constructor(socket: Socket, around: Surroundings) {
    this.#socket = socket
    this.#around = around
    this.#outgoing = new Outgoing(socket, around.timers, around.idleMs)
  }

  /** Serve the connection to its end. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#happen("Evt5")
      for await (const chunk of this.#socket.iterator({
        destroyOnReturn: false,
      }) as AsyncIterable<Uint8Array>) {
        await this.#take(chunk)
        letGo(chunk)
      }
    } catch (fault) {
      // A reset or destroyed socket is the peer's or our own end of the matter; anything else is a fault.
      if (!this.#socket.destroyed) {
        this.#around.onFault(fault)
        await this.abort()
      }
    }
    await this.#leave()
  }

  /** The local user gives up (Evt15): the peer is told and the connection closed. */
  async abort(): Promise<void> {
    if (this.#machine.allows("Evt15")) await this.#happen("Evt15")
    this.#socket.destroySoon()
  }

  async #leave(): Promise<void> {
    if (this.#machine.allows("Evt17")) await this.#happen("Evt17")
    this.#stopIdle()
    this.#stopArtim()
    this.#release()
    await this.#messages?.abandon()
    this.#notifications.end()
    try {
      await this.#intake?.end()
    } catch (fault) {
      this.#around.onFault(fault)
    }
    this.#around.onEnd(this.#outcome)
  }

  /** What is written still goes out, but not to a peer who never reads it. */
  #release(): void {
    if (this.#socket.closed) return
    const giveUp = this.#around.timers.after(this.#around.artimMs, () => this.#socket.destroy())
    this.#socket.once("close", giveUp).destroySoon()
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#deaf) return
    if (this.#machine.state === "Sta2" && this.#reader.heldBytes === 0) this.#nameStranger(chunk)
    try {
      for (const pdu of this.#reader.push(chunk)) {
        this.#stopIdle()
        // A device that releases has its answers first; one that aborts wants none.
        if (pdu.type !== "P-DATA-TF" && pdu.type !== "A-ABORT") await this.#messages?.settled()
        if (this.#machine.state === "Sta1") return
        this.#pdu = pdu
        await this.#happen(EVENT_OF[pdu.type])
        this.#watchIdle()
      }
    } catch (fault) {
      if (!(fault instanceof Malformed)) throw fault
      this.#deaf = true
      this.#stopIdle()
      this.#abortReason = abortReason(fault)
      await this.#happen("Evt19")
    }
    if (this.#machine.state === "Sta13") await this.#messages?.abandon()
  }

  /** A device on the wrong port: said to a person, answered as any PDU that cannot be read. */
  #nameStranger(first: Uint8Array): void {
    const met = protocolOf(first)
    if (met === "tls" || met === "http") this.#around.onWrongProtocol(met)
  }

  /** Counts from whole PDU to whole PDU: dribbled bytes buy no time. */
  #watchIdle(): void {
    if (this.#machine.state !== "Sta6") return
    const { timers, idleMs, waitingMs } = this.#around
    const silentMs = this.#notifications.open > 0 ? waitingMs : idleMs
    this.#stopIdle = timers.after(silentMs, () => {
      // It waits for us: that is not its silence.
      if (this.#messages?.busy === true) this.#watchIdle()
      else void this.abort()
    })
  }

  /** By a timer: the machine may have moved on since. */
  #later(event: Event): void {
    if (this.#machine.allows(event)) this.#happen(event).catch(this.#around.onFault)
  }

  async #happen(event: Event): Promise<void> {
    for (const effect of this.#machine.apply(event)) await this.#carryOut(effect)
  }

  /** Effects of a requestor, and indications of an end that `run` sees for itself, are not in the table. */
  async #carryOut(effect: Effect): Promise<void> {
    await this.#effects[effect]?.()
  }

  /** We differ from AA-1 in one cell: in Sta2 no user exists yet, the provider found the fault and names it. */
  async #sendAbort(): Promise<void> {
    const provider = this.#intake === null
    await this.#outgoing.pdu({
      type: "A-ABORT",
      source: provider ? 2 : 0,
      reason: provider ? this.#abortReason : 0,
    })
  }

  async #indicateAssociate(): Promise<void> {
    const request = this.#pdu
    if (request?.type !== "A-ASSOCIATE-RQ") return
    const rejection = this.#judge(request)
    if (rejection) {
      this.#rejection = rejection
      this.#outcome = "rejected"
    }
    await this.#happen(rejection ? "Evt8" : "Evt7")
  }

  #judge(request: AssociateRQ): AssociateRJ | null {
    const { callingAE, calledAE } = request
    const peer = { callingAE, calledAE, remoteAddress: this.#socket.remoteAddress ?? "" }
    try {
      const refused = rejectionOf(request, peer, this.#around)
      if (!refused) this.#accept(request, peer)
      return refused
    } catch (fault) {
      this.#around.onFault(fault)
      return rejection(TRANSIENT, "temporaryCongestion")
    }
  }

  #accept(request: AssociateRQ, peer: Peer): void {
    const { handler, counts, onFault, offer } = this.#around
    const { answer, contexts, window } = negotiate(request, offer(peer.callingAE))
    this.#intake = handler.open(peer)
    this.#messages = new Messages({
      contexts,
      peer,
      intake: this.#intake,
      commitments: this.#commitments(peer),
      settle: (response) => this.#notifications.settle(response),
      counts,
      window,
      answer: (contextId, commandSet) => this.#answer(contextId, commandSet),
      onFault,
    })
    this.#outgoing.peerMaximumLengthBytes = request.userInformation.maximumLengthBytes
    this.#acceptance = answer
    const { userIdentity } = request.userInformation
    if (userIdentity !== null) this.#around.onIdentity(peer.callingAE, claimedUser(userIdentity))
  }

  #commitments(peer: Peer): CommitmentService | null {
    const { commitments: handler, onRequested } = this.#around
    if (handler === null) return null
    return {
      handler,
      peer,
      onRequested: (TransactionUID, contextId, transferSyntax) => {
        this.#notifications.remember(TransactionUID, { contextId, transferSyntax })
        onRequested(peer.callingAE, TransactionUID)
      },
      onRefused: (TransactionUID) => this.#notifications.forget(TransactionUID),
    }
  }

  async #indicateData(): Promise<void> {
    if (this.#pdu?.type !== "P-DATA-TF" || !this.#messages) return
    for (const value of this.#pdu.values) await this.#messages.take(value)
  }

  /** An answer that comes when the association is over goes nowhere: the device sends the object again. */
  async #answer(contextId: number, commandSet: Uint8Array): Promise<void> {
    if (!this.#machine.allows("Evt9")) return
    try {
      await this.#outgoing.response(contextId, commandSet)
      this.#notifications.answered()
    } catch (fault) {
      this.#around.onFault(fault)
      await this.abort()
    }
  }

  /**
   * Tell a device the result of its request on the association it asked on (PS3.4 J.3.3).
   *
   * @returns false when it did not ask here, or nothing can be sent any more
   * @throws AssociationError ERR_ASSOCIATION_ENDED, DimseError when the device refuses it
   */
  async report(result: CommitmentResult): Promise<boolean> {
    const reply = await this.#notifications.replyTo(result.TransactionUID)
    if (reply === null || !this.#machine.allows("Evt9")) return false
    this.#machine.apply("Evt9")
    const { MessageID, response } = this.#notifications.expect()
    const giveUp = this.#around.timers.after(this.#around.idleMs, () => void this.abort())
    try {
      const dataSet = writeCommitmentResult(result, reply.transferSyntax)
      await this.#outgoing.request(reply.contextId, notificationOf(MessageID, result), dataSet)
      const { Status } = await response
      this.#notifications.forget(result.TransactionUID)
      if (Status !== STATUS.success) throw new DimseError("ERR_DIMSE_REFUSED", Status, statusInWords(Status))
      return true
    } finally {
      giveUp()
    }
  }
}

function forgetNothing(): void {
  // No timer runs.
}
