/**
 * Storage SCP (PS3.4 annex B) and Verification SCP (annex A) on a TCP port: who may connect, how many at once, and an
 * orderly end. What is done with an instance is the handler's matter.
 */
import { createServer } from "node:net"
import type { Server, Socket } from "node:net"
import type { InstanceHandler } from "../../journey/ports.ts"
import type { AssociateRJ } from "../../standards/dicom/pdu.ts"
import { Association } from "./association.ts"
import type { Surroundings, Timers } from "./association.ts"
import type { StoreCounts } from "./messages.ts"
import { LIMIT_EXCEEDED } from "./negotiate.ts"

export interface ListenOptions {
  /** 0 = any free port. */
  readonly port: number
  /** Address to listen on; never all interfaces by accident. */
  readonly host: string
  readonly maxAssociations?: number
  readonly maxAssociationsPerAE?: number
  /** PS3.8 9.1.5, from connect to A-ASSOCIATE-RQ and from the last word to the close. */
  readonly artimMs?: number
  /** From one whole PDU to the next. */
  readonly idleMs?: number
  readonly timers?: Timers
  /** Faults of the handler or of the listener, for the log. */
  readonly onFault?: (fault: unknown) => void
}

export interface StorageScpStats extends Readonly<StoreCounts> {
  readonly open: number
  readonly released: number
  readonly aborted: number
  readonly rejected: number
}

export interface StorageScp {
  readonly port: number
  /** Numbers of now. */
  readonly stats: StorageScpStats
  /** Take no more connections, let associations end for `graceMs`, abort the rest. Resolves when every intake is ended. */
  close(graceMs: number): Promise<void>
}

const DEFAULTS = { maxAssociations: 64, maxAssociationsPerAE: 16, artimMs: 30_000, idleMs: 60_000 }

const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Everything that is shared by the associations of one listener. */
class Listener {
  readonly #handler: InstanceHandler
  readonly #options: Required<ListenOptions>
  readonly #running = new Map<Association, Promise<void>>()
  readonly #byAE = new Map<string, number>()
  readonly #counts: StoreCounts = { stored: 0, refused: 0, abandoned: 0, dataSetBytes: 0 }
  readonly #outcomes = { released: 0, aborted: 0, rejected: 0 }
  #associations = 0

  constructor(handler: InstanceHandler, options: Required<ListenOptions>) {
    this.#handler = handler
    this.#options = options
  }

  get stats(): StorageScpStats {
    return { ...this.#counts, ...this.#outcomes, open: this.#associations }
  }

  serve(socket: Socket): void {
    socket.setNoDelay(true)
    // Errors reach the reading loop; this listener only keeps them from ending the process.
    socket.on("error", () => socket.destroy())
    const association = new Association(socket, this.#surroundings())
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

  #surroundings(): Surroundings {
    const { timers, artimMs, idleMs, onFault } = this.#options
    let entered: string | null = null
    return {
      handler: this.#handler,
      timers,
      artimMs,
      idleMs,
      counts: this.#counts,
      onFault,
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
    if (this.#associations >= maxAssociations || ofThisAE >= maxAssociationsPerAE) return LIMIT_EXCEEDED
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

/** Ready when it resolves; rejects when the port cannot be had. */
function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.off("error", reject)
      const address = server.address()
      resolve(typeof address === "object" && address ? address.port : port)
    })
  })
}

/**
 * Start a Storage SCP.
 *
 * @param handler judges devices and takes instances; one fragment is a view into network memory, valid until the
 * promise of `write` resolves
 */
export async function listen(options: ListenOptions, handler: InstanceHandler): Promise<StorageScp> {
  const full: Required<ListenOptions> = {
    ...DEFAULTS,
    timers: realTimers,
    onFault: () => undefined,
    ...options,
  }
  const listener = new Listener(handler, full)
  const server = createServer((socket) => listener.serve(socket))
  // Room to be told "local limit exceeded"; beyond it connections are dropped unheard.
  server.maxConnections = full.maxAssociations * 2
  const port = await bind(server, full.port, full.host)
  server.on("error", full.onFault)
  return {
    port,
    get stats() {
      return listener.stats
    },
    async close(graceMs) {
      server.close()
      await listener.end(graceMs)
    },
  }
}
