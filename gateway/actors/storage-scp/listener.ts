/** Everything that is shared by the associations of one listener: caps, counts, and an orderly end. */
import type { Socket } from "node:net"
import type { InstanceHandler } from "../../journey/ports.ts"
import type { Protocol } from "../../standards/dicom/first-octets.ts"
import type { AssociateRJ } from "../../standards/dicom/pdu.ts"
import { TRANSIENT, rejection } from "../../standards/dicom/rejection.ts"
import { Association } from "./association.ts"
import type { Surroundings, Timers } from "./association.ts"
import type { StoreCounts } from "./messages.ts"
import type { Offer } from "./negotiate.ts"

export interface ListenerOptions {
  readonly maxAssociations: number
  readonly maxAssociationsPerAE: number
  readonly artimMs: number
  readonly idleMs: number
  readonly timers: Timers
  readonly offer: (callingAE: string) => Offer
  readonly onFault: (fault: unknown) => void
  readonly onWrongProtocol: (stranger: Stranger) => void
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
    const association = new Association(socket, this.#surroundings(socket, spkiSha256))
    this.#running.set(
      association,
      association.run().finally(() => this.#running.delete(association)),
    )
  }

  async end(graceMs: number): Promise<void> {
    const stop = this.#options.timers.after(graceMs, () => {
      for (const association of this.#running.keys()) void association.abort()
    })
    await Promise.all(this.#running.values())
    stop()
  }

  #surroundings(socket: Socket, spkiSha256: string | null): Surroundings {
    const { timers, artimMs, idleMs, onFault, offer, onWrongProtocol } = this.#options
    const remoteAddress = socket.remoteAddress ?? ""
    let entered: string | null = null
    return {
      handler: this.#handler,
      offer,
      spkiSha256,
      timers,
      artimMs,
      idleMs,
      counts: this.#counts,
      onFault,
      onWrongProtocol: (met) => onWrongProtocol({ expected: "dicom", met, remoteAddress }),
      enter: (callingAE) => {
        const full = this.#enter(callingAE)
        if (!full) entered = callingAE
        return full
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
