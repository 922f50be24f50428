import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { LiveEvents } from "../../live-events.ts"

/** What is left of a time limit is counted in seconds. */
const TICK_MS = 1_000
/** The gateway says that a case changed; should one such word be lost, it is seen this much later. */
const LOOK_MS = 20_000

interface CaseScreen extends ReactiveControllerHost {
  readonly requestId: string
  readonly live: LiveEvents | undefined
}

/** While a screen of one case is open: drawn anew as time passes, and looked at anew when the case changes. */
export class CaseWatch implements ReactiveController {
  readonly #screen: CaseScreen
  readonly #look: () => void
  #ears: AbortController | null = null

  /** @param look asks the gateway how the case is, where there is something to follow */
  constructor(screen: CaseScreen, look: () => void) {
    this.#screen = screen
    this.#look = look
    screen.addController(this)
  }

  hostConnected(): void {
    this.#screen.requestUpdate()
  }

  /** The page may have set `live` before the class of the screen was loaded; only now is it surely here. */
  hostUpdated(): void {
    if (this.#ears !== null) return
    const ears = new AbortController()
    this.#ears = ears
    const timers = [
      setInterval(() => this.#screen.requestUpdate(), TICK_MS),
      setInterval(() => this.#look(), LOOK_MS),
    ]
    const unhear = this.#screen.live?.hear(({ requestId }) => {
      if (requestId === null || requestId === this.#screen.requestId) this.#look()
    })
    ears.signal.addEventListener("abort", () => {
      for (const timer of timers) clearInterval(timer)
      unhear?.()
    })
  }

  hostDisconnected(): void {
    this.#ears?.abort()
    this.#ears = null
  }
}
