/** Everything that is shared by the associations of one listener: caps, counts, and an orderly end. */
import type { Socket } from "node:net"
import type { CommitmentHandler } from "../../journey/ports/dicom-nodes.ts"
import type { InstanceHandler } from "../../journey/ports/inbound.ts"
import type { Protocol } from "../../standards/dicom/first-octets.ts"
import type { AssociateRJ } from "../../standards/dicom/pdu.ts"
import { TRANSIENT, rejection } from "../../standards/dicom/rejection.ts"
import type { CommitmentResult } from "../../standards/dicom/storage-commitment.ts"
import type { ClaimedUser } from "../../standards/dicom/user-identity.ts"
import { Association } from "./association.ts"
import type { Surroundings, Timers, WaitingPlaces } from "./surroundings.ts"
import type { StoreCounts } from "./messages.ts"
import type { Offer } from "./negotiate.ts"

export interface ListenerOptions {
  readonly maxAssociations: number
  readonly maxAssociationsPerAE: number
  readonly artimMs: number
  readonly idleMs: number
  readonly waitingMs: number
  readonly commitments: CommitmentHandler | null
  readonly timers: Timers
  readonly waitingRoom: WaitingPlaces
  readonly offer: (callingAE: string) => Offer
  readonly onFault: (fault: unknown) => void
  readonly onWrongProtocol: (stranger: Stranger) => void
  readonly onIdentity: (named: NamedUser) => void
}

/** The user a device named when it associated; a claim. */
export interface NamedUser extends ClaimedUser {
  readonly callingAE: string
  readonly remoteAddress: string
}

/** Who spoke another protocol than the port is for. */
export interface Stranger {
  readonly expected: "dicom" | "tls"
  readonly met: Protocol
  readonly remoteAddress: string
}

export interface StorageScpStats extends Readonly<StoreCounts> {
  readonly open: number
  readonly released: number
  readonly aborted: number
  readonly rejected: number
}

export class Listener {
  readonly #handler: InstanceHandler
  readonly #options: ListenerOptions
  readonly #running = new Map<Association, Promise<void>>()
  readonly #byAE = new Map<string, number>()
  /** Associations on which a result may still be told, by who asked for what. */
  readonly #asking = new Map<string, Association>()
  readonly #counts: StoreCounts = { stored: 0, refused: 0, abandoned: 0, dataSetBytes: 0 }
  readonly #outcomes = { released: 0, aborted: 0, rejected: 0 }
  #associations = 0

  constructor(handler: InstanceHandler, options: ListenerOptions) {
    this.#handler = handler
    this.#options = options
  }

  get stats(): StorageScpStats {
    return { ...this.#counts, ...this.#outcomes, open: this.#associations }
  }

  /** @param spkiSha256 of the peer's certificate; null in the clear */
  serve(socket: Socket, spkiSha256: string | null): void {
    socket.setNoDelay(true)
    // Errors reach the reading loop; this listener only keeps them from ending the process.
    socket.on("error", () => socket.destroy())
    const asked = new Set<string>()
    const association: Association = new Association(
      socket,
      this.#surroundings(socket, spkiSha256, (callingAE, TransactionUID) => {
        const key = askingKey(callingAE, TransactionUID)
        asked.add(key)
        this.#asking.set(key, association)
      }),
    )
    const forget = (): void => {
      this.#running.delete(association)
      for (const key of asked) if (this.#asking.get(key) === association) this.#asking.delete(key)
    }
    this.#running.set(association, association.run().finally(forget))
  }

  /** False when the association that asked is over. @throws as `Association.report` */
  async report(callingAE: string, result: CommitmentResult): Promise<boolean> {
    const association = this.#asking.get(askingKey(callingAE, result.TransactionUID))
    return (await association?.report(result)) ?? false
  }

  async end(graceMs: number): Promise<void> {
    const stop = this.#options.timers.after(graceMs, () => {
      for (const association of this.#running.keys()) void association.abort()
    })
    await Promise.all(this.#running.values())
    stop()
  }

  #surroundings(
    socket: Socket,
    spkiSha256: string | null,
    onRequested: Surroundings["onRequested"],
  ): Surroundings {
    const { timers, artimMs, idleMs, waitingMs, commitments, onFault, offer } = this.#options
    const { onWrongProtocol, onIdentity } = this.#options
    const remoteAddress = socket.remoteAddress ?? ""
    let entered: string | null = null
    return {
      handler: this.#handler,
      offer,
      spkiSha256,
      commitments,
      onRequested,
      timers,
      artimMs,
      idleMs,
      waitingMs,
      counts: this.#counts,
      onFault,
      onIdentity: (callingAE, user) => onIdentity({ callingAE, remoteAddress, ...user }),
      onWrongProtocol: (met) => onWrongProtocol({ expected: "dicom", met, remoteAddress }),
      enter: (callingAE) => {
        const full = this.#enter(callingAE)
        if (full) return full
        entered = callingAE
        this.#options.waitingRoom.leave(socket)
        return null
      },
      onEnd: (outcome) => {
        this.#outcomes[outcome]++
        if (entered !== null) this.#exit(entered)
      },
    }
  }

  #enter(callingAE: string): AssociateRJ | null {
    const ofThisAE = this.#byAE.get(callingAE) ?? 0
    const { maxAssociations, maxAssociationsPerAE } = this.#options
    if (this.#associations >= maxAssociations || ofThisAE >= maxAssociationsPerAE)
      return rejection(TRANSIENT, "localLimitExceeded")
    this.#associations++
    this.#byAE.set(callingAE, ofThisAE + 1)
    return null
  }

  #exit(callingAE: string): void {
    const left = (this.#byAE.get(callingAE) ?? 1) - 1
    this.#associations--
    if (left > 0) this.#byAE.set(callingAE, left)
    else this.#byAE.delete(callingAE)
  }
}

/** AE titles hold no backslash. */
const askingKey = (callingAE: string, TransactionUID: string): string => `${callingAE}\\${TransactionUID}`
