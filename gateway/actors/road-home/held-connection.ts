/**
 * One connection that a hospital holds open, at the centre: we are its client, and it is lent to one request at a time.
 * Between requests a heartbeat asks whether anybody is there.
 */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { LifeSign } from "./life-sign.ts"
import { FAREWELL, type RoadTiming } from "./protocol.ts"

/** The connection for one request, from `lend` to `giveBack`. */
export interface Loan {
  /** For `http.request`: gives this connection, and breaks it when a request does not come to its end. */
  readonly agent: Agent
  readonly giveBack: () => void
}

export interface HeldOptions {
  readonly timing: RoadTiming
  /** Is the certificate it was opened with good still? A connection may outlive it: asked before every request. */
  readonly isAccepted: () => boolean
  readonly heard: () => void
  /** Once, with a sentence for the log. */
  readonly ended: (why: string) => void
}

/** Answers to heartbeats are empty; whoever says more than this to them speaks another protocol. */
const MAX_HEARTBEAT_BYTES = 1024

export class HeldConnection {
  readonly openedAt = performance.now()
  readonly #socket: Socket
  readonly #agent: OneConnection
  readonly #options: HeldOptions
  readonly #life: LifeSign
  readonly #beats: NodeJS.Timeout
  /** Who waits for the connection, first come first served. */
  readonly #waiting: ((loan: Loan | null) => void)[] = []
  #isLent = false
  #isRetired = false
  #farewell: string | null = null
  #why: string | null = null

  constructor(socket: Socket, options: HeldOptions) {
    const { timing } = options
    this.#socket = socket
    this.#options = options
    this.#agent = new OneConnection(socket, timing.heartbeatMs)
    this.#life = new LifeSign(socket, timing, {
      heard: options.heard,
      isOwed: () => true,
      silent: () => this.cut(`nothing was heard for ${timing.silenceMs / 1000} s`),
    })
    this.#beats = setInterval(() => this.#beat(), timing.heartbeatMs)
    socket.setTimeout(0)
    socket.setNoDelay(true)
    socket.once("end", () => this.cut("the hospital ended it"))
    socket.on("error", (error) => this.cut(error.message))
    socket.once("close", () => this.cut("it broke"))
    this.#beat()
  }

  /** Waits for its turn; null when the connection has ended meanwhile, or takes no more requests. */
  lend(): Promise<Loan | null> {
    this.#examine()
    if (this.#isRetired || this.#why !== null) return Promise.resolve(null)
    if (!this.#isLent) return Promise.resolve(this.#loan())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Takes no more requests, and ends: after what is under way, but not much later. */
  retire(farewell: string | null): void {
    if (this.#isRetired || this.#why !== null) return
    this.#isRetired = true
    this.#farewell = farewell
    this.#turnAway()
    const { retireMs } = this.#options.timing
    const giveUp = setTimeout(() => this.cut(`it did not end within ${retireMs / 1000} s`), retireMs)
    this.#socket.once("close", () => clearTimeout(giveUp))
    if (!this.#isLent) this.#leave()
  }

  /** Ends it now; who waits for it, or has it, hears of it. */
  cut(why: string): void {
    if (this.#why !== null) return
    this.#why = why
    this.#life.stop()
    clearInterval(this.#beats)
    this.#turnAway()
    this.#socket.destroy()
    this.#agent.destroy()
    this.#options.ended(why)
  }

  #loan(): Loan {
    this.#isLent = true
    let isBack = false
    const giveBack = (): void => {
      if (isBack) return
      isBack = true
      this.#isLent = false
      this.#examine()
      if (this.#why !== null) return
      if (this.#isRetired) this.#leave()
      else this.#waiting.shift()?.(this.#loan())
    }
    return { agent: this.#agent, giveBack }
  }

  /** May it be used once more? */
  #examine(): void {
    if (this.#socket.destroyed) this.cut("a request on it did not come to its end")
    else if (!this.#options.isAccepted()) this.cut("its certificate is not accepted any more")
  }

  /** Nobody uses it: is the other side there still? What does not come is noticed by its silence. */
  #beat(): void {
    this.#examine()
    if (this.#isLent || this.#isRetired || this.#why !== null) return
    const loan = this.#loan()
    this.#ask({}, () => loan.giveBack())
  }

  /** Nothing is under way any more. */
  #leave(): void {
    if (this.#farewell === null) this.cut("we ended it")
    else this.#ask({ [FAREWELL]: this.#farewell, Connection: "close" }, () => this.cut("it was replaced"))
  }

  #ask(headers: Readonly<Record<string, string>>, done: () => void): void {
    const asking = httpRequest({
      agent: this.#agent,
      method: "OPTIONS",
      path: "*",
      headers: { Host: "road-home", ...headers },
    })
    asking.once("response", (response) => this.#hear(response))
    asking.on("error", (error) => this.cut(error.message))
    // Whoever only says that it is still at work on so little is not there.
    const late = setTimeout(() => this.cut("a heartbeat was not answered"), this.#options.timing.silenceMs)
    asking.once("close", () => {
      clearTimeout(late)
      done()
    })
    asking.end()
  }

  #hear(response: IncomingMessage): void {
    let bytes = 0
    const status = response.statusCode ?? 0
    if (status < 200 || status > 299) this.cut(`a heartbeat was answered with HTTP ${status}`)
    response.on("data", (piece: Buffer) => {
      bytes += piece.length
      if (bytes > MAX_HEARTBEAT_BYTES) this.cut("a heartbeat was answered at length")
    })
    response.once("error", (error) => this.cut(error.message))
  }

  #turnAway(): void {
    for (const turned of this.#waiting.splice(0)) turned(null)
  }
}

/** Gives each request the same connection, one after the other. */
class OneConnection extends Agent {
  readonly #socket: Socket

  constructor(socket: Socket, keepAliveMsecs: number) {
    super({ keepAlive: true, keepAliveMsecs, maxSockets: 1, maxFreeSockets: 1 })
    this.#socket = socket
  }

  override createConnection(): Socket {
    return this.#socket
  }

  override getName(): string {
    return "road-home"
  }
}
