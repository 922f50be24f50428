/**
 * What the viewer does at a desk, without a viewer: the HTTP API of docs/desk-api.md with a cookie jar and a software
 * passkey. `*.localhost` goes to the loopback address whatever the resolver says (RFC 6761 §6.3).
 */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http"
import { request as httpsRequest } from "node:https"
import type { LookupFunction } from "node:net"
import { WebSocket } from "ws"
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server"
import type { DeskEvent, SessionView } from "../../gateway/journey/views/session.ts"
import type { SoftwareAuthenticator } from "./authenticator.ts"

const TIMEOUT_MS = 30_000

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

/** An answer that is not 2xx, with what the desk said. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  readonly status: number
  /** Code of errors.ts. */
  readonly code: string
  /** Dotted paths, with ERR_INPUT. */
  readonly faults: readonly string[]

  constructor(status: number, body: unknown) {
    const said = typeof body === "object" && body !== null ? body : {}
    const code = "code" in said && typeof said.code === "string" ? said.code : "-"
    super(`HTTP ${status} ${code}${"message" in said ? `: ${String(said.message)}` : ""}`)
    this.status = status
    this.code = code
    this.faults = "faults" in said && Array.isArray(said.faults) ? said.faults.map(String) : []
  }
}

export class DeskClient {
  readonly origin: string
  readonly #authenticator: SoftwareAuthenticator
  readonly #cookies = new Map<string, string>()

  /** @param origin of the desk, e.g. `http://center.localhost:8080` */
  constructor(origin: string, authenticator: SoftwareAuthenticator) {
    if (!/(^|\.)localhost$/.test(new URL(origin).hostname))
      throw new Error(`${origin} is not on this machine`)
    this.origin = origin
    this.#authenticator = authenticator
  }

  /** Uses an enrolment code up: makes a passkey and is logged in. */
  async enrol(code: string): Promise<SessionView> {
    const asked = await this.post<{ options: PublicKeyCredentialCreationOptionsJSON }>("/api/enrol/options", {
      code,
    })
    const response = this.#authenticator.create(asked.options, this.origin)
    return this.post<SessionView>("/api/enrol", { code, response })
  }

  async login(): Promise<SessionView> {
    const options = await this.post<PublicKeyCredentialRequestOptionsJSON>("/api/login/options")
    return this.post<SessionView>("/api/login", { response: this.#authenticator.get(options, this.origin) })
  }

  logout(): Promise<SessionView> {
    return this.post<SessionView>("/api/logout")
  }

  /** The second half of signing: `passkey` is what `prepare` answered. */
  sign(prepareId: string, passkey: unknown, pin: string): Promise<{ reportId: string; version: number }> {
    const options = passkey as PublicKeyCredentialRequestOptionsJSON
    const response = this.#authenticator.get(options, this.origin)
    return this.post(`/api/prepared/${prepareId}/sign`, { response, pin })
  }

  /** The same of a preliminary report: no key, no PIN. */
  release(prepareId: string, passkey: unknown): Promise<{ reportId: string; version: number }> {
    const response = this.#authenticator.get(passkey as PublicKeyCredentialRequestOptionsJSON, this.origin)
    return this.post(`/api/prepared/${prepareId}/release`, { response })
  }

  /** JSON; the caller knows the shape (journey/views). Throws Refusal. */
  async get<Value>(path: string): Promise<Value> {
    return valueOf(await this.exchange("GET", path)) as Value
  }
  async post<Value>(path: string, body?: object): Promise<Value> {
    return valueOf(await this.exchange("POST", path, body)) as Value
  }
  async put<Value>(path: string, body: object): Promise<Value> {
    return valueOf(await this.exchange("PUT", path, body)) as Value
  }

  /** Bytes of a document, frame or picture. Throws Refusal. */
  async bytes(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const reply = await this.exchange("GET", path, undefined, headers)
    if (reply.status >= 300) valueOf(reply)
    return reply
  }

  /** One exchange as the viewer's page would make it; `headers` override. */
  async exchange(
    method: string,
    path: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body)
    const all: Record<string, string> = { Origin: this.origin, "X-Requested-By": "viewer", ...this.#cookie() }
    if (text !== undefined) {
      all["Content-Type"] = "application/json"
      all["Content-Length"] = String(Buffer.byteLength(text))
    }
    const reply = await send(method, new URL(path, this.origin), { ...all, ...headers }, text)
    for (const cookie of reply.headers["set-cookie"] ?? []) this.#keep(cookie)
    return reply
  }

  /** Live events until the returned function is called; resolves when the connection is open. */
  events(hear: (event: DeskEvent) => void): Promise<() => void> {
    const url = new URL("/api/events", this.origin.replace(/^http/, "ws"))
    const socket = new WebSocket(url, {
      headers: { Origin: this.origin, ...this.#cookie() },
      lookup: resolve,
    })
    socket.on("message", (data) => hear(JSON.parse((data as Buffer).toString("utf8")) as DeskEvent))
    return new Promise((fulfil, reject) => {
      socket.once("error", reject)
      socket.once("open", () => fulfil(() => socket.close()))
    })
  }

  #cookie(): Record<string, string> {
    const pairs = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    return pairs.length === 0 ? {} : { Cookie: pairs.join("; ") }
  }

  #keep(setCookie: string): void {
    const [pair = "", ...attributes] = setCookie.split(";").map((part) => part.trim())
    const [name = "", value = ""] = pair.split("=")
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

function valueOf(reply: Reply): unknown {
  const text = reply.bytes.toString("utf8")
  const body: unknown = String(reply.headers["content-type"]).includes("json") ? JSON.parse(text) : text
  if (reply.status < 200 || reply.status >= 300) throw new Refusal(reply.status, body)
  return body
}

function send(
  method: string,
  url: URL,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Reply> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest
  return new Promise((fulfil, reject) => {
    const outgoing = request(url, { method, headers, lookup: resolve, timeout: TIMEOUT_MS }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on("data", (part: Buffer) => parts.push(part))
      incoming.on("error", reject)
      incoming.on("end", () =>
        fulfil({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes: Buffer.concat(parts),
        }),
      )
    })
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${url.host}`)))
    outgoing.on("error", reject)
    outgoing.end(body)
  })
}

/** Desks on other hosts are for production; this client is for the demo and tests, on one machine. */
const resolve: LookupFunction = (_hostname, options, callback) => {
  const loopback = { address: "127.0.0.1", family: 4 }
  if (options.all === true) callback(null, [loopback])
  else callback(null, loopback.address, loopback.family)
}
