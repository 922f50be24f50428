/**
 * Record Audit Event [ITI-20]: the durable trail to one collector, in order, for as long as the gateway runs.
 *
 * The trail is the queue. The mark stands behind the last record of a connection that ended in good order; what was written
 * and not confirmed so is sent again on the next one. Hence the collector misses nothing, and may be told at most
 * `LIMITS.records` twice.
 */
import type { SentMark, TrailPlace, TrailReader } from "../../journey/ports/audit.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import { auditTimeOf, type SyslogOrigin } from "../../standards/atna/syslog.ts"
import { LINE_TIMEOUTS, type Collector } from "./collector-line.ts"
import { grown, oneConnection, type ConnectionLimits } from "./connection.ts"
import { backOffMs, quiet } from "./pace.ts"

export interface SenderLimits extends ConnectionLimits {
  /** Between attempts at a collector that is away, at most. */
  readonly retryMs: number
  /** For what is still to be said when the gateway stops. */
  readonly stopMs: number
}
export const LIMITS: SenderLimits = {
  ...LINE_TIMEOUTS,
  records: 1_000,
  confirmMs: 60_000,
  perSecond: 200,
  retryMs: 60_000,
  stopMs: 3_000,
}

export interface SenderOptions {
  readonly collector: Collector
  readonly origin: SyslogOrigin
  readonly trail: TrailReader
  readonly mark: SentMark
  readonly clock: Clock
  readonly chance: Chance
  readonly limits?: Partial<SenderLimits>
  /** It began or ceased to take what it is sent. */
  readonly changed?: () => void
  /** Why it does not: once for each reason, not at every attempt of an outage. */
  readonly onFailure: (error: unknown) => void
}

/** How far one collector is. */
export interface SenderState {
  /** Durable records it has not surely read. */
  readonly waiting: number
  /** When the first of them happened; null when none is known to wait. */
  readonly waitingSince: string | null
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  readonly failingSince: string | null
  readonly failureCode: string | null
}
type ContactState = Omit<SenderState, "waiting" | "waitingSince">

export interface Sender {
  state(): SenderState
  /** Sends what there is for a moment longer, then ends. */
  stop(): Promise<void>
}

/** Begins behind the mark, or with the first record where the mark is of another trail. */
export async function startSender(options: SenderOptions): Promise<Sender> {
  const place = await options.mark.read()
  const isHere = place !== null && (await options.trail.holds(place))
  const sender = new TrailSender(options, isHere ? place : null)
  const ended = sender.run()
  return { state: () => sender.state(), stop: () => sender.stop(ended) }
}

class TrailSender {
  readonly #options: SenderOptions
  readonly #limits: SenderLimits
  readonly #stopping = new AbortController()
  readonly #givingUp = new AbortController()
  #confirmed: TrailPlace | null
  #waitingSince: string | null = null
  #failures = 0
  #contact: ContactState = {
    lastSuccessAt: null,
    lastFailureAt: null,
    failingSince: null,
    failureCode: null,
  }

  constructor(options: SenderOptions, confirmed: TrailPlace | null) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#confirmed = confirmed
  }

  state(): SenderState {
    const waiting = this.#options.trail.records - (this.#confirmed?.n ?? 0)
    return { waiting, waitingSince: waiting === 0 ? null : this.#waitingSince, ...this.#contact }
  }

  async run(): Promise<void> {
    const stopping = this.#stopping.signal
    while (!stopping.aborted || this.state().waiting > 0) {
      try {
        await this.#confirmMore()
        await grown(this.#options.trail, this.#confirmed?.n ?? 0, stopping)
      } catch (error) {
        this.#failed(error)
        if (stopping.aborted) return
        this.#failures += 1
        await quiet(backOffMs(this.#failures, this.#limits.retryMs, this.#options.chance), stopping)
      }
    }
  }

  async stop(ended: Promise<void>): Promise<void> {
    this.#stopping.abort()
    const giveUp = setTimeout(() => this.#givingUp.abort(), this.#limits.stopMs)
    await ended
    clearTimeout(giveUp)
  }

  async #confirmMore(): Promise<void> {
    if (!(await this.#noteFirst())) return
    const { mark } = this.#options
    const signals = { stopping: this.#stopping.signal, givingUp: this.#givingUp.signal }
    const parts = { ...this.#options, limits: this.#limits, ...signals }
    const sent = await oneConnection(parts, this.#confirmed)
    if (sent !== null) await mark.write(sent)
    this.#confirmed = sent
    this.#succeeded()
  }

  /** Since when somebody waits. False = nothing is there to be sent. */
  async #noteFirst(): Promise<boolean> {
    for await (const { message } of this.#options.trail.after(this.#confirmed)) {
      this.#waitingSince = auditTimeOf(message)
      return true
    }
    return false
  }

  #succeeded(): void {
    const wasFailing = this.#contact.failureCode !== null
    this.#failures = 0
    const lastSuccessAt = this.#options.clock.now().toISOString()
    this.#contact = { ...this.#contact, lastSuccessAt, failingSince: null, failureCode: null }
    if (wasFailing) this.#options.changed?.()
  }

  #failed(error: unknown): void {
    const lastFailureAt = this.#options.clock.now().toISOString()
    const failureCode = error instanceof Error && "code" in error ? String(error.code) : "UNEXPECTED"
    const before = this.#contact
    const failingSince = before.failingSince ?? lastFailureAt
    this.#contact = { ...before, lastFailureAt, failingSince, failureCode }
    if (before.failureCode === failureCode) return
    this.#options.onFailure(error)
    this.#options.changed?.()
  }
}
