/** The connections that hospitals hold open, at the centre: never more than one that is used for each partner. */
import type { Socket } from "node:net"
import { SubmissionError } from "../../journey/errors.ts"
import type { Clock } from "../../journey/ports/time.ts"
import type { RoadHomeView } from "../../journey/views/technician.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { HeldConnection, type Loan } from "./held-connection.ts"
import { REPLACED, ROAD_TIMING, type RoadTiming } from "./protocol.ts"

export interface RoadsOptions {
  /** Agreements whose hospital holds a connection. */
  readonly agreements: readonly string[]
  /** Is anything exchanged under it today? */
  readonly isInForce: (agreement: string) => boolean
  readonly clock: Clock
  readonly timing?: Partial<RoadTiming>
  readonly opened: (agreement: string, remoteAddress: string, isReplacing: boolean) => void
  readonly ended: (agreement: string, why: string) => void
}

interface Road {
  current: HeldConnection | null
  /** Replaced, with a request still under way. */
  retiring: HeldConnection | null
  state: RoadHomeView
}

const RETRY_AFTER_S = 1

export class Roads {
  readonly #options: RoadsOptions
  readonly #timing: RoadTiming
  readonly #roads: ReadonlyMap<string, Road>
  readonly #closing: (() => void)[] = []
  #isClosing = false

  constructor(options: RoadsOptions) {
    this.#options = options
    this.#timing = { ...ROAD_TIMING, ...options.timing }
    const downSince = options.clock.now().toISOString()
    this.#roads = new Map(
      options.agreements.map((id) => [id, { current: null, retiring: null, state: absent(downSince) }]),
    )
  }

  states(): ReadonlyMap<string, RoadHomeView> {
    return new Map([...this.#roads].map(([id, { state }]) => [id, state]))
  }

  /** Why this partner may not hold a connection, or not now; null = it may. */
  refusalOf(agreement: string): HttpRefusal | null {
    const road = this.#roads.get(agreement)
    if (road === undefined)
      return new HttpRefusal(403, "no road home is agreed with the holder of this certificate")
    if (!this.#options.isInForce(agreement)) return new HttpRefusal(403, "the agreement is not in force")
    if (this.#isClosing) return new HttpRefusal(503, "this gateway stops")
    const ageMs = performance.now() - (road.current?.openedAt ?? -Infinity)
    if (ageMs >= this.#timing.youngMs) return null
    return new HttpRefusal(503, "there is one already, and it is new", {
      "Retry-After": String(RETRY_AFTER_S),
    })
  }

  /** A partner that may hold a connection holds this one from now on. What it held before ends in good order. */
  take(agreement: string, socket: Socket, isAccepted: () => boolean): void {
    const road = this.#roads.get(agreement)
    if (road === undefined || socket.destroyed) {
      socket.destroy()
      return
    }
    const older = road.current
    const connection = new HeldConnection(socket, {
      timing: this.#timing,
      isAccepted,
      heard: () => this.#heard(road, connection),
      ended: (why) => this.#ended(agreement, road, connection, why),
    })
    road.current = connection
    if (older !== null) this.#retire(road, older, REPLACED)
    const at = this.#now()
    road.state = {
      ...road.state,
      connectedSince: at,
      lastHeardAt: at,
      downSince: null,
      opened: road.state.opened + 1,
    }
    this.#options.opened(agreement, socket.remoteAddress ?? "", older !== null)
  }

  /**
   * The connection to the hospital, when it is free.
   *
   * @throws SubmissionError ERR_SUBMISSION_UNREACHABLE when there is none
   */
  async lend(agreement: string): Promise<Loan> {
    for (;;) {
      const current = this.#roads.get(agreement)?.current ?? null
      if (current === null)
        throw new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "the hospital holds no connection open")
      const loan = await current.lend()
      // Else it ended, or was replaced, while we waited for our turn.
      if (loan !== null) return loan
    }
  }

  /** Takes no more, lets what is under way end, then cuts. */
  async close(): Promise<void> {
    this.#isClosing = true
    const ended = new Promise<void>((resolve) => this.#closing.push(resolve))
    for (const road of this.#roads.values()) if (road.current !== null) this.#retire(road, road.current, null)
    this.#tellClosed()
    await ended
  }

  #retire(road: Road, older: HeldConnection, farewell: string | null): void {
    // Two are enough: the one before it had its time.
    road.retiring?.cut("it was replaced twice")
    road.retiring = older
    if (road.current === older) road.current = null
    older.retire(farewell)
  }

  #heard(road: Road, connection: HeldConnection): void {
    if (road.current === connection) road.state = { ...road.state, lastHeardAt: this.#now() }
  }

  #ended(agreement: string, road: Road, connection: HeldConnection, why: string): void {
    if (road.retiring === connection) road.retiring = null
    if (road.current === connection) {
      road.current = null
      road.state = { ...road.state, connectedSince: null, downSince: this.#now() }
    }
    this.#options.ended(agreement, why)
    this.#tellClosed()
  }

  #tellClosed(): void {
    const isOpen = [...this.#roads.values()].some(
      ({ current, retiring }) => current !== null || retiring !== null,
    )
    if (!isOpen) for (const tell of this.#closing.splice(0)) tell()
  }

  #now(): string {
    return this.#options.clock.now().toISOString()
  }
}

const absent = (downSince: string): RoadHomeView => ({
  connectedSince: null,
  lastHeardAt: null,
  downSince,
  failureCode: null,
  replacedAt: null,
  opened: 0,
})
