/**
 * One connection to the centre that was turned round, at the hospital: what comes over it are requests, and the door that
 * answers them is the one behind our port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { DoorLimits } from "../http-door/limits.ts"
import { attend, type Enter } from "../http-door/open.ts"
import { LifeSign } from "./life-sign.ts"
import { FAREWELL, isHeartbeat, REPLACED, type RoadTiming } from "./protocol.ts"

export interface ServedOptions {
  readonly enter: Enter
  readonly limits: DoorLimits
  readonly timing: RoadTiming
  readonly heard: () => void
}

/** How a connection ended. */
export interface ServedEnd {
  /** A sentence for the log. */
  readonly why: string
  /** The centre said that another one with our certificate took its place. */
  readonly isReplaced: boolean
}

export class ServedConnection {
  readonly ended: Promise<ServedEnd>
  readonly #socket: Socket
  readonly #options: ServedOptions
  /** Under way: in at the door and not yet answered. */
  readonly #requests = new Set<IncomingMessage>()
  #isReplaced = false
  #isRetired = false
  #why = "the centre ended it"

  /** @param head what came behind the answer to our Upgrade */
  constructor(socket: Socket, head: Buffer, options: ServedOptions) {
    const { timing } = options
    this.#socket = socket
    this.#options = options
    const life = new LifeSign(socket, timing, {
      heard: options.heard,
      isOwed: () => [...this.#requests].every((request) => !request.complete),
      silent: () => this.cut(`nothing was heard for ${timing.silenceMs / 1000} s`),
    })
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        life.stop()
        resolve({ why: this.#why, isReplaced: this.#isReplaced })
      })
    })
    socket.on("error", (error) => (this.#why = error.message))
    socket.setNoDelay(true)
    this.#serve(head)
  }

  /** Answers what is under way, if that does not take too long, and ends. */
  retire(): void {
    this.#isRetired = true
    const { retireMs } = this.#options.timing
    const giveUp = setTimeout(() => this.cut(`it did not end within ${retireMs / 1000} s`), retireMs)
    this.#socket.once("close", () => clearTimeout(giveUp))
    this.#leaveWhenIdle()
  }

  cut(why: string): void {
    this.#why = why
    this.#socket.destroy()
  }

  #serve(head: Buffer): void {
    const { enter, limits } = this.#options
    // Never listens: its one connection is the one we opened.
    const server = createServer({ shouldUpgradeCallback: () => false })
    server.keepAliveTimeout = 0
    attend(server, limits, async (...call) => {
      const [request, response] = call
      if (isHeartbeat(request)) this.#answerHeartbeat(request, response)
      else await this.#during(request, response, () => enter(...call))
    })
    if (head.length > 0) this.#socket.unshift(head)
    server.emit("connection", this.#socket)
  }

  #answerHeartbeat(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers[FAREWELL] === REPLACED) this.#isReplaced = true
    response.writeHead(204).end()
  }

  /** While we are at work on a request, the centre hears of it (102 Processing, RFC 2518 10.1). */
  async #during(
    request: IncomingMessage,
    response: ServerResponse,
    work: () => Promise<void>,
  ): Promise<void> {
    this.#requests.add(request)
    const sign = setInterval(() => {
      if (!response.headersSent && !response.destroyed) response.writeProcessing()
    }, this.#options.timing.heartbeatMs)
    try {
      await work()
    } finally {
      clearInterval(sign)
      this.#requests.delete(request)
      this.#leaveWhenIdle()
    }
  }

  #leaveWhenIdle(): void {
    if (!this.#isRetired || this.#requests.size > 0) return
    this.#why = "we ended it"
    this.#socket.end()
  }
}
