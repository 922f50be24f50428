/**
 * A gateway of fixtures: serves the built viewer under the product's content security policy and answers the API
 * from a table of handlers that a test may change. Remembers what it was asked.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { WebSocketServer, type WebSocket } from "ws"
import type { DeskEvent } from "../../../gateway/journey/views/session.ts"

/** viewer.md 6.3, as the desks send it. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
  "connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; frame-src 'none'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'"

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
}
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
}
/** One grey pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
)

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: unknown
}
/** A JSON answer, a refusal, or silence (null: the connection is kept open and nothing is said). */
export type Answer = { readonly status?: number; readonly json: unknown } | null
export type Handler = (asked: Asked) => Answer

export class DeskServer {
  readonly handlers = new Map<string, Handler>()
  readonly asked: Asked[] = []
  /** Answers `/dicomweb/`; the shell has none. */
  dicomweb: ((request: IncomingMessage, response: ServerResponse) => void) | null = null
  /** Of the bridge to the reader's card, as `keys.cardBridge` lets the page speak to it; "" = there is none. */
  bridge = ""
  readonly #files: Map<string, Buffer>
  readonly #server: Server
  readonly #events = new WebSocketServer({ noServer: true })

  private constructor(files: Map<string, Buffer>) {
    this.#files = files
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on("upgrade", (request, socket, head) =>
      this.#events.handleUpgrade(request, socket, head, (client) => this.#events.emit("connection", client)),
    )
  }

  /** Reads the whole build into memory, so that a build in another test run changes nothing here. */
  static async start(folder: string): Promise<DeskServer> {
    const files = new Map<string, Buffer>()
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const place = path.join(entry.parentPath, entry.name)
        files.set(`/${path.relative(folder, place)}`, await readFile(place))
      }
    const desk = new DeskServer(files)
    await new Promise<void>((listening) => desk.#server.listen(0, "127.0.0.1", listening))
    return desk
  }

  get origin(): string {
    const address = this.#server.address()
    if (address === null || typeof address === "string") throw new Error("not listening")
    return `http://localhost:${address.port}`
  }

  /** `GET /api/worklist` → JSON; a value is answered with 200. */
  answer(route: string, json: unknown): void {
    this.handlers.set(route, () => ({ json }))
  }
  refuse(route: string, status: number, code: string): void {
    this.handlers.set(route, () => ({ status, json: { code, message: code, requestId: "7f3a-02c9" } }))
  }
  silence(route: string): void {
    this.handlers.set(route, () => null)
  }

  /** Waits until the gateway was asked for `route`, e.g. `POST /api/logout`; the test's own timeout ends it. */
  async wasAsked(route: string): Promise<Asked> {
    for (;;) {
      const found = this.asked.find(({ method, path: asked }) => `${method} ${asked}` === route)
      if (found !== undefined) return found
      await new Promise((later) => setTimeout(later, 20))
    }
  }

  tell(event: DeskEvent): void {
    for (const client of this.#events.clients) client.send(JSON.stringify(event))
  }
  /** Live connections end; new ones are taken as long as the server runs. */
  cutEvents(): void {
    this.#events.clients.forEach((client: WebSocket) => client.terminate())
  }

  async stop(): Promise<void> {
    this.cutEvents()
    this.#server.closeAllConnections()
    await new Promise<void>((closed) => this.#server.close(() => closed()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost")
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const policy = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", `connect-src 'self' ${this.bridge}`)
    response.setHeader("Content-Security-Policy", policy)
    if (pathname.startsWith("/dicomweb/") && this.dicomweb !== null) this.dicomweb(request, response)
    else if (pathname.startsWith("/api/")) await this.#api(request, response, pathname)
    else this.#file(response, pathname === "/" ? "/index.html" : pathname)
  }

  #file(response: ServerResponse, name: string): void {
    const file = this.#files.get(name)
    if (file === undefined) return void response.writeHead(404).end()
    response.setHeader("Content-Type", TYPES[path.extname(name)] ?? "application/octet-stream")
    response.setHeader(
      "Cache-Control",
      name.startsWith("/assets/") ? "immutable, max-age=31536000" : "no-cache",
    )
    response.end(file)
  }

  async #api(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const method = request.method ?? "GET"
    const asked = {
      method,
      path: pathname,
      headers: request.headers,
      body: text === "" ? null : JSON.parse(text),
    }
    this.asked.push(asked)
    response.setHeader("Cache-Control", "no-store")
    if (pathname.includes("/key-images/") || pathname.endsWith("/sheet"))
      return void response.setHeader("Content-Type", "image/png").end(PNG)
    const handler = this.handlers.get(`${method} ${pathname}`)
    const answer = handler === undefined ? { status: 404, json: { code: "ERR_NOT_FOUND" } } : handler(asked)
    if (answer === null) return
    response.writeHead(answer.status ?? 200, { "Content-Type": "application/json" })
    response.end(JSON.stringify(answer.json))
  }
}
