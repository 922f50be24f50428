/** Keeps the road home of one agreement, at a hospital: opens the connection, serves it, opens it again. */
import type { Socket } from "node:net"
import { DokueiError } from "../../journey/errors.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import type { RoadHomeView } from "../../journey/views/technician.ts"
import type { DoorLimits } from "../http-door/limits.ts"
import type { Enter } from "../http-door/open.ts"
import { ROAD_TIMING, type RoadTiming } from "./protocol.ts"
import { ServedConnection, type ServedEnd } from "./served-connection.ts"

/** A connection to the centre that speaks ROAD_HOME from now on. */
export interface Turned {
  readonly socket: Socket
  /** What came behind the centre's answer. */
  readonly head: Buffer
}

export interface KeeperOptions {
  /** Calls the centre. Throws an error with a code of errors.ts, and when the signal aborts. */
  readonly dial: (signal: AbortSignal) => Promise<Turned>
  /** Is anything exchanged under the agreement today? */
  readonly isInForce: () => boolean
  readonly enter: Enter
  readonly limits: DoorLimits
  readonly clock: Clock
  readonly chance: Chance
  /** Resolves early when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly timing?: Partial<RoadTiming>
  /** It is there, or no longer. */
  readonly changed: () => void
  readonly opened: (remoteAddress: string) => void
  readonly ended: (end: ServedEnd) => void
  /** An attempt failed: once for each reason, not at every attempt of an outage. */
  readonly failed: (error: unknown) => void
}

const FIRST_RETRY_MS = 1_000

export class Keeper {
  readonly #options: KeeperOptions
  readonly #timing: RoadTiming
  readonly #stopping = new AbortController()
  readonly #stopped: Promise<void>
  #state: RoadHomeView
  #served: ServedConnection | null = null
  /** Attempts since the last connection that held. */
  #attempts = 0

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#timing = { ...ROAD_TIMING, ...options.timing }
    this.#state = {
      connectedSince: null,
      lastHeardAt: null,
      downSince: this.#now(),
      failureCode: null,
      replacedAt: null,
      opened: 0,
    }
    this.#stopped = this.#keep()
  }

  state(): RoadHomeView {
    return this.#state
  }

  /** Opens none any more; what is under way on the one that is open is answered first. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#served?.retire()
    await this.#stopped
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      if (this.#options.isInForce()) await this.#once(signal)
      await this.#options.wait(this.#pauseMs(), signal)
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    this.#attempts += 1
    try {
      const turned = await this.#options.dial(signal)
      const began = performance.now()
      await this.#serve(turned, signal)
      if (performance.now() - began >= this.#timing.steadyMs) this.#attempts = 1
    } catch (error) {
      if (!signal.aborted) this.#failed(error)
    }
  }

  async #serve({ socket, head }: Turned, signal: AbortSignal): Promise<void> {
    const { enter, limits, opened, ended } = this.#options
    const heard = (): void => this.#tell({ lastHeardAt: this.#now() })
    const served = new ServedConnection(socket, head, { enter, limits, timing: this.#timing, heard })
    this.#served = served
    const at = this.#now()
    const count = this.#state.opened + 1
    this.#tell({ connectedSince: at, lastHeardAt: at, downSince: null, failureCode: null, opened: count })
    opened(socket.remoteAddress ?? "")
    this.#options.changed()
    if (signal.aborted) served.retire()
    const end = await served.ended
    this.#served = null
    const replaced = end.isReplaced ? { replacedAt: this.#now() } : {}
    this.#tell({ connectedSince: null, downSince: this.#now(), ...replaced })
    ended(end)
    this.#options.changed()
  }

  #failed(error: unknown): void {
    const failureCode = error instanceof DokueiError ? String(error.code) : "UNEXPECTED"
    const isNews = this.#state.failureCode !== failureCode
    this.#tell({ failureCode })
    if (!isNews) return
    this.#options.failed(error)
    this.#options.changed()
  }

  /** Twice as long after each attempt, and never for all hospitals of one outage at the same moment. */
  #pauseMs(): number {
    const ceiling = Math.min(
      this.#timing.retryMs,
      FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, this.#attempts - 1), 16),
    )
    const [share = 0] = this.#options.chance.bytes(1)
    return ceiling * (0.5 + share / 510)
  }

  #tell(change: Partial<RoadHomeView>): void {
    this.#state = { ...this.#state, ...change }
  }

  #now(): string {
    return this.#options.clock.now().toISOString()
  }
}
