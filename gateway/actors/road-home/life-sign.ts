/**
 * When something was last read from a connection, by whoever reads it. A mapping that a router forgot, a cable that was
 * pulled, a host without power say nothing: only that nothing comes any more tells.
 */
import type { Socket } from "node:net"
import type { RoadTiming } from "./protocol.ts"

export interface Listener {
  /** Something came since the last look. */
  readonly heard: () => void
  /** False while the other side has said all and waits for us: that it is silent then is right. */
  readonly isOwed: () => boolean
  /** Nothing came for `silenceMs` although it was owed. */
  readonly silent: () => void
}

export class LifeSign {
  readonly #socket: Socket
  readonly #silenceMs: number
  readonly #listener: Listener
  readonly #timer: NodeJS.Timeout
  #bytesRead: number
  /** Of the clock that never goes back. */
  #heardAt = performance.now()

  constructor(
    socket: Socket,
    { lookMs, silenceMs }: Pick<RoadTiming, "lookMs" | "silenceMs">,
    listener: Listener,
  ) {
    this.#socket = socket
    this.#silenceMs = silenceMs
    this.#listener = listener
    this.#bytesRead = socket.bytesRead
    this.#timer = setInterval(() => this.#look(), lookMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    const hears = this.#socket.bytesRead !== this.#bytesRead
    if (hears || !this.#listener.isOwed()) this.#heardAt = now
    if (hears) {
      this.#bytesRead = this.#socket.bytesRead
      this.#listener.heard()
    }
    if (now - this.#heardAt >= this.#silenceMs) this.#listener.silent()
  }
}
