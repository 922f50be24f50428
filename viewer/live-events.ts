/**
 * Live events of a desk by WebSocket: they say *that* something changed, the page asks again for *what*.
 *
 * A broken line is mended with jittered back-off; after each mending everything is asked anew (`resync`),
 * because what was said meanwhile is lost.
 */
import type { DeskEvent } from "../gateway/journey/views/session.ts"
import { backOffMs } from "./back-off.ts"

export interface LineState {
  readonly connected: boolean
  /** When the next attempt starts, in `performance.now` milliseconds; null while connected or trying. */
  readonly retryAtMs: number | null
}

function parse(data: unknown): DeskEvent | null {
  if (typeof data !== "string") return null
  const event = JSON.parse(data) as Partial<DeskEvent>
  return event.kind === undefined
    ? null
    : { kind: event.kind, requestId: event.requestId ?? null, at: event.at ?? "" }
}

export class LiveEvents {
  readonly #listeners = new Set<(event: DeskEvent) => void>()
  readonly #onLine: (state: LineState) => void
  #socket: WebSocket | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #wanted = false

  constructor(onLine: (state: LineState) => void) {
    this.#onLine = onLine
  }

  /** Hears every event until the returned function is called. */
  hear(listener: (event: DeskEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  open(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#failures = 0
    this.#connect()
  }

  close(): void {
    this.#wanted = false
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#socket = null
  }

  /** Try at once instead of waiting. */
  hurry(): void {
    if (!this.#wanted || this.#socket !== null) return
    clearTimeout(this.#timer)
    this.#connect()
  }

  #connect(): void {
    const url = new URL("/api/events", location.href)
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(url)
    this.#socket = socket
    socket.addEventListener("open", () => this.#connected())
    socket.addEventListener("message", (message) => this.#tell(parse(message.data)))
    socket.addEventListener("close", () => this.#broken(socket))
  }

  #connected(): void {
    const mended = this.#failures > 0
    this.#failures = 0
    this.#onLine({ connected: true, retryAtMs: null })
    if (mended) this.#tell({ kind: "resync", requestId: null, at: "" })
  }

  #broken(socket: WebSocket): void {
    if (!this.#wanted || socket !== this.#socket) return
    this.#socket = null
    this.#failures += 1
    const waitMs = backOffMs(this.#failures, Math.random())
    this.#timer = setTimeout(() => this.#connect(), waitMs)
    this.#onLine({ connected: false, retryAtMs: performance.now() + waitMs })
  }

  #tell(event: DeskEvent | null): void {
    if (event !== null) for (const listener of this.#listeners) listener(event)
  }
}
