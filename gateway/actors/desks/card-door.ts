/**
 * The door for cards: a TLS server of its own that asks for a certificate. Whoever comes with one that counts is sent back
 * to the desk with a code that works once, within a minute, and only for the page that began it.
 *
 * A door of its own, because a browser that was asked for a certificate remembers the answer for the whole host, and because
 * TLS 1.3 cannot ask later in a connection. The page keeps a secret and sends its SHA-256 along (as in RFC 7636): a code
 * that somebody reads over a shoulder, or sends to somebody else, opens nothing.
 */
import { createHash } from "node:crypto"
import { createServer, type Server } from "node:https"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { TLSSocket } from "node:tls"
import { DeskError } from "../../journey/errors.ts"
import type { CardRefusal, CardVerdict } from "../../journey/ports/bindings.ts"
import { Limiter } from "./limiter.ts"
import type { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { CardDoorOptions, DeskOptions } from "./options.ts"

const CODE_BYTES = 32
const CODE_MS = 60_000
const OPEN_CODES = 1_000
const ATTEMPTS_PER_ADDRESS = 60
const MINUTE_MS = 60_000
/** SHA-256, base64url. */
const ASKED = /^\/\?ask=([A-Za-z0-9_-]{43})$/
const MAX_CHAIN = 8
const SERVER_LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 16_384 }
const MAX_CONNECTIONS = 256

/** What was shown, and for which page. */
interface Shown {
  readonly chain: readonly Uint8Array[]
  readonly ask: string
}

export class CardDoor {
  readonly #options: DeskOptions
  readonly #cards: CardDoorOptions
  readonly #origin: string
  readonly #audit: LoginAudit
  readonly #byAddress: Limiter
  readonly #codes = new OneUse<Shown>(OPEN_CODES)
  readonly #server: Server

  /** @param origin of the desk: where browsers are sent back to */
  constructor(options: DeskOptions, cards: CardDoorOptions, origin: string, audit: LoginAudit) {
    this.#options = options
    this.#cards = cards
    this.#origin = origin
    this.#audit = audit
    this.#byAddress = new Limiter(options.clock, ATTEMPTS_PER_ADDRESS, MINUTE_MS)
    this.#server = createServer({ ...SERVER_LIMITS, ...cards.tls() }, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
    cards.onRenewed(() => this.#server.setSecureContext(cards.tls()))
  }

  /** Resolves with the port. */
  listen(): Promise<number> {
    const { host, port, guard } = this.#cards
    guard?.(this.#server)
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject)
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port))
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /**
   * Who came with this code, once; by what holds now, not when it was given. `detail` is for the audit trail; null = nobody has.
   *
   * @param verifier what the page kept; its SHA-256 came to the door
   */
  async take(code: string, verifier: string): Promise<CardVerdict | null> {
    const ask = createHash("sha256").update(verifier, "utf8").digest("base64url")
    const shown = this.#codes.take(code, this.#options.clock.now(), (each) => each.ask === ask)
    return shown === null ? null : this.#cards.judge(shown.chain)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const ask = request.method === "GET" ? ASKED.exec(request.url ?? "")?.[1] : undefined
      if (ask === undefined) response.writeHead(404, HEADERS).end()
      else response.writeHead(303, { ...HEADERS, Location: await this.#whereTo(request, ask) }).end()
    } catch (error) {
      const name = error instanceof Error ? error.name : "-"
      this.#options.log("error", "card-door-fault", { name })
      response.writeHead(503, HEADERS).end()
    }
  }

  /** Back to the desk, whatever came of it: there it is said in the reader's language. */
  async #whereTo(request: IncomingMessage, ask: string): Promise<string> {
    const fragment = await this.#judged(request, ask)
    return `${this.#origin}/#/card/${fragment}`
  }

  async #judged(request: IncomingMessage, ask: string): Promise<string> {
    const busy = this.#tooMany(request)
    if (busy) return refusedAs("busy")
    const chain = chainOf(request)
    const verdict = await this.#cards.judge(chain)
    if (verdict.person === null) {
      await this.#audit.failed(request, null, `a card was not accepted: ${verdict.detail}`)
      return refusedAs(verdict.refusal)
    }
    const code = Buffer.from(this.#options.chance.bytes(CODE_BYTES)).toString("base64url")
    const until = new Date(this.#options.clock.now().getTime() + CODE_MS)
    this.#codes.put(code, { chain, ask }, until)
    return `code/${code}`
  }

  #tooMany(request: IncomingMessage): boolean {
    try {
      this.#byAddress.count(this.#audit.addressOf(request))
      return false
    } catch (error) {
      if (error instanceof DeskError) return true
      throw error
    }
  }
}

const refusedAs = (why: CardRefusal | "busy"): string => `refused/${why}`

/** No connection outlives its answer: the next person at this browser is asked for a card of their own. */
const HEADERS = {
  "Cache-Control": "no-store",
  Connection: "close",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Content-Length": "0",
}

/** DER, leaf first; that the client holds the leaf's key the handshake has shown. */
function chainOf({ socket }: IncomingMessage): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  let link = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  while (link !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new Uint8Array(link.raw))
    link = link.issuerCertificate
  }
  return chain
}
