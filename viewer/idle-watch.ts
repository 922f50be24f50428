/**
 * Watches whether somebody is at the page. Only hands count: what the page asks by itself is no activity. While
 * hands are busy without asking the gateway anything (reading images in memory), the gateway is told now and then.
 */
import type { Api } from "./api.ts"
import { idleState, type Idle } from "./words/idle.ts"

const SIGNS = ["pointerdown", "keydown", "wheel"] as const
const CHECK_MS = 1_000
/** The gateway hears of activity this often at most: a fraction of its own idle time. */
const TOLD_EVERY = 1 / 4

export class IdleWatch {
  readonly #api: Api
  readonly #over: () => void
  readonly #changed: () => void
  #idleMs: number | null = null
  #lastMs = 0
  #toldMs = 0
  #timer: ReturnType<typeof setInterval> | undefined
  #shown: Idle["kind"] = "active"

  /** @param over called once when the time is up; @param changed called when the warning appears or counts */
  constructor(api: Api, over: () => void, changed: () => void) {
    this.#api = api
    this.#over = over
    this.#changed = changed
  }

  start(idleMs: number): void {
    if (this.#idleMs !== null) return
    this.#idleMs = idleMs
    this.#lastMs = this.#toldMs = performance.now()
    for (const sign of SIGNS) addEventListener(sign, this.#onSign, { capture: true, passive: true })
    this.#timer = setInterval(() => this.#check(), CHECK_MS)
  }

  stop(): void {
    this.#idleMs = null
    for (const sign of SIGNS) removeEventListener(sign, this.#onSign, { capture: true })
    clearInterval(this.#timer)
  }

  state(): Idle {
    return this.#idleMs === null
      ? { kind: "active" }
      : idleState(this.#lastMs, performance.now(), this.#idleMs)
  }

  /** Somebody said that they are still here. */
  touch(): void {
    this.#lastMs = performance.now()
    this.#tell()
    this.#changed()
  }

  readonly #onSign = (): void => {
    // While the warning stands, only its button answers it: a sleeve on the screen is not a person.
    if (this.#idleMs === null || this.state().kind !== "active") return
    this.#lastMs = performance.now()
    if (this.#lastMs - this.#toldMs > this.#idleMs * TOLD_EVERY) this.#tell()
  }

  #tell(): void {
    this.#toldMs = performance.now()
    // A failure shows itself by the line banner or the login page; there is nothing more to say here.
    void this.#api.present().catch(() => undefined)
  }

  #check(): void {
    const { kind } = this.state()
    if (kind === "over") {
      this.stop()
      this.#over()
    } else if (kind === "warning" || kind !== this.#shown) this.#changed()
    this.#shown = kind
  }
}
