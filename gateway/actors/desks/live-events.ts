/**
 * Live events: one WebSocket per open page, server to page only. A message says *that* something changed, never
 * what; the page asks again. So nothing is lost when a message is: a slow page gets one `resync` for all it missed.
 */
import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import { WebSocketServer, type WebSocket } from "ws"
import type { Person } from "../../journey/ports/person.ts"
import type { DeskEvent } from "../../journey/views/session.ts"
import { errorFields } from "./error-fields.ts"
import type { DeskOptions } from "./options.ts"
import type { DeskSessions } from "./sessions.ts"
import type { Site } from "./site.ts"

const PATH = "/api/events"
const MAX_PAYLOAD_BYTES = 64 * 1024
const MAX_BUFFERED_BYTES = 1024 * 1024
const MAX_PAGES = 1_000
const HEARTBEAT_MS = 25_000
/** RFC 6455 §7.4.2: 4000-4999 are ours. */
const CLOSE_SESSION_ENDED = 4001
const CLOSE_GOING_AWAY = 1001
/** A page that does not answer the close is cut after this. */
const CLOSE_GRACE_MS = 1_000

interface Page {
  readonly socket: WebSocket
  readonly sessionId: string
  /** Nothing of a request concerns an officer, not even that there is one. */
  readonly hears: boolean
  /** The last ping was answered. */
  alive: boolean
  /** Something was left out because the page did not keep up. */
  behind: boolean
}

export class LiveEvents {
  readonly #options: Pick<DeskOptions, "clock" | "log" | "heartbeatMs">
  readonly #site: Site
  readonly #sessions: DeskSessions
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: false,
  })
  readonly #pages = new Set<Page>()
  readonly #timer: NodeJS.Timeout

  constructor(
    options: Pick<DeskOptions, "clock" | "log" | "heartbeatMs">,
    site: Site,
    sessions: DeskSessions,
  ) {
    this.#options = options
    this.#site = site
    this.#sessions = sessions
    this.#timer = setInterval(() => void this.#heartbeat(), options.heartbeatMs ?? HEARTBEAT_MS)
    this.#timer.unref()
  }

  listen(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const broken = (error: Error): void => void socket.destroy(error)
      socket.once("error", broken)
      void this.#upgrade(request, socket, head).finally(() => socket.off("error", broken))
    })
  }

  notify(event: DeskEvent): void {
    const text = JSON.stringify(event)
    for (const page of this.#pages) {
      if (!page.hears) continue
      if (page.socket.bufferedAmount > MAX_BUFFERED_BYTES) page.behind = true
      else page.socket.send(text)
    }
  }

  /** Tells the pages of one session that it is over, and closes them. */
  endSession(sessionId: string): void {
    for (const page of this.#pages) if (page.sessionId === sessionId) this.#end(page)
  }

  /** Whoever's session was ended by somebody else hears it now, not at the next heartbeat. */
  async endOver(): Promise<void> {
    for (const page of [...this.#pages])
      if ((await this.#sessions.peek(page.sessionId)) === null) this.#end(page)
  }

  /** The sockets are gone within a second. */
  close(): void {
    clearInterval(this.#timer)
    this.#server.close()
    for (const { socket } of this.#pages) {
      socket.close(CLOSE_GOING_AWAY)
      const hung = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS)
      socket.once("close", () => clearTimeout(hung))
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const sessionId = this.#sessions.idOf(request)
      const person = await this.#sessions.peek(sessionId)
      const refusal = this.#refusal(request, person)
      if (refusal !== null || sessionId === null) {
        refuse(socket, refusal ?? "401 Unauthorized")
        return
      }
      const hears = person?.role !== "officer"
      this.#server.handleUpgrade(request, socket, head, (page) => this.#welcome(page, sessionId, hears))
    } catch (error) {
      this.#options.log("error", "live-upgrade-failed", errorFields(error))
      refuse(socket, "500 Internal Server Error")
    }
  }

  /** Browsers send cookies with cross-site upgrades and no CORS applies (RFC 6455 §10.2): Origin decides. */
  #refusal(request: IncomingMessage, person: Person | null): string | null {
    if (request.url !== PATH) return "404 Not Found"
    if (request.headers.origin !== this.#site.origin) return "403 Forbidden"
    if (person === null) return "401 Unauthorized"
    return this.#pages.size < MAX_PAGES ? null : "503 Service Unavailable"
  }

  #welcome(socket: WebSocket, sessionId: string, hears: boolean): void {
    const page: Page = { socket, sessionId, hears, alive: true, behind: false }
    this.#pages.add(page)
    socket.on("pong", () => (page.alive = true))
    socket.on("close", () => this.#pages.delete(page))
    // ws closes the socket itself; a message over the limit is the page's fault and ends here
    socket.on("error", (error) => this.#options.log("warn", "live-connection-broken", errorFields(error)))
  }

  async #heartbeat(): Promise<void> {
    try {
      for (const page of [...this.#pages]) await this.#check(page)
    } catch (error) {
      this.#options.log("error", "live-check-failed", errorFields(error))
    }
  }

  async #check(page: Page): Promise<void> {
    if (!page.alive) {
      page.socket.terminate()
      return
    }
    if ((await this.#sessions.peek(page.sessionId)) === null) {
      this.#end(page)
      return
    }
    page.alive = false
    page.socket.ping()
    if (!page.behind || page.socket.bufferedAmount > MAX_BUFFERED_BYTES) return
    page.behind = false
    page.socket.send(JSON.stringify(this.#event("resync")))
  }

  #end(page: Page): void {
    page.socket.send(JSON.stringify(this.#event("session-ended")))
    page.socket.close(CLOSE_SESSION_ENDED)
  }

  #event(kind: DeskEvent["kind"]): DeskEvent {
    return { kind, requestId: null, at: this.#options.clock.now().toISOString() }
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
