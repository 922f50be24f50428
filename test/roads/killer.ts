/**
 * Kills gateways with SIGKILL and starts them again: at random moments, soon after a device began to send, and when
 * something is in the state that was hit least so far.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { Road, ROLES, type Role } from "./road.ts"
import { EVERY_STATE, statesLeft, Watch, type ThingState } from "./states.ts"

const LONGEST_PAUSE_MS = 1_200
const LONGEST_AIM_MS = 1_500
/** A study passes a state once in its whole way: for one that no death has met yet it is worth to wait for the next. */
const PATIENT_AIM_MS = 20_000
/** What a reading centre's ledger never shows. */
const EDGE_ONLY = new Set(["study arriving", "study released", "study closed", "study quarantined"])
const LONGEST_INTO_SENDING_MS = 120
const LOOK_MS = 2

export class Killer {
  /** How many kills met at least one thing in this state. */
  readonly histogram = new Map<ThingState, number>(EVERY_STATE.map((state) => [state, 0]))
  readonly startMs: number[] = []
  kills = 0
  readonly #road: Road
  readonly #random: () => number
  readonly #whileDead: (role: Role) => void
  #sending = Promise.withResolvers<undefined>()

  /** @param whileDead called between a death and the next start */
  constructor(road: Road, random: () => number, whileDead: (role: Role) => void) {
    this.#road = road
    this.#random = random
    this.#whileDead = whileDead
  }

  /** A device begins to send now. */
  sending(): void {
    this.#sending.resolve(undefined)
    this.#sending = Promise.withResolvers<undefined>()
  }

  get missed(): ThingState[] {
    return EVERY_STATE.filter((state) => this.histogram.get(state) === 0)
  }

  async killOnce(): Promise<void> {
    const role = this.#pick(ROLES)
    await this.#moment(role)
    await this.#kill(role)
  }

  /** At a state that no death has met so far. */
  async killAtMissed(): Promise<void> {
    const role = this.missed.every((state) => EDGE_ONLY.has(state)) ? "edge" : this.#pick(ROLES)
    await this.#seen(role, this.#wanted(role), PATIENT_AIM_MS)
    await this.#kill(role)
  }

  async #kill(role: Role): Promise<void> {
    await this.#road.kill(role)
    this.kills += 1
    for (const state of statesLeft(this.#road, role))
      this.histogram.set(state, (this.histogram.get(state) ?? 0) + 1)
    this.#whileDead(role)
    const began = performance.now()
    await this.#road.start(role)
    this.startMs.push(performance.now() - began)
  }

  async #moment(role: Role): Promise<void> {
    const dice = this.#random()
    if (dice < 0.4) return sleep(this.#random() * LONGEST_PAUSE_MS)
    if (dice < 0.55 && role === "edge") {
      await Promise.race([this.#sending.promise, sleep(LONGEST_AIM_MS)])
      return sleep(this.#random() * LONGEST_INTO_SENDING_MS)
    }
    await this.#seen(role, this.#wanted(role), LONGEST_AIM_MS)
  }

  /** The state hit least, among those this role's ledger can show. */
  #wanted(role: Role): ThingState {
    const possible = EVERY_STATE.filter((state) => role === "edge" || !EDGE_ONLY.has(state))
    const least = Math.min(...possible.map((state) => this.histogram.get(state) ?? 0))
    return this.#pick(possible.filter((state) => this.histogram.get(state) === least))
  }

  async #seen(role: Role, state: ThingState, withinMs: number): Promise<void> {
    const watch = new Watch(this.#road, role)
    const deadline = performance.now() + withinMs
    while (performance.now() < deadline && !watch.states().has(state)) await sleep(LOOK_MS)
    watch.close()
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!
  }
}
