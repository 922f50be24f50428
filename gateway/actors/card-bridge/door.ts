/**
 * The bridge to a card at the reader's PC: a door on 127.0.0.1 for the page of one desk (docs/card-bridge.md). It shows which
 * certificate the card has, and has one signature made at a time, by a PIN that never comes through the browser.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type {
  BridgeCard,
  BridgePairing,
  BridgeQuestion,
  BridgeSignature,
} from "../../journey/views/card-bridge.ts"
import { coveredDocuments, demandSignedInfo } from "../../standards/dsg/signed-info.ts"
import { Malformed } from "../../standards/malformed.ts"
import { DOOR_LIMITS, type DoorLimits } from "../http-door/limits.ts"
import { openDoor, type OpenDoor } from "../http-door/open.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { readPairBody, readSignBody } from "./bodies.ts"
import { bearerOf, corsHeaders, demandCaller, preflightHeaders } from "./caller.ts"
import type { Pairing } from "./pairing.ts"
import { BridgeRefused, refusalOf, STATUS } from "./refusal.ts"
import { sha256Hex } from "../../standards/sha256.ts"

const LIMITS: DoorLimits = {
  ...DOOR_LIMITS,
  maxRequestBytes: 128 * 1024,
  maxParts: 1,
  maxConnections: 16,
  headersTimeoutMs: 5_000,
  drainTimeoutMs: 1_000,
  closeTimeoutMs: 1_000,
}

/** What is to be signed, as its holder is told. */
export interface Announced extends BridgeQuestion {
  readonly octets: Uint8Array
  /** Hex SHA-256 of each document that a signature of `octets` covers. */
  readonly documents: readonly string[]
}

export interface BridgeOptions {
  /** 0 = any free port. */
  readonly port: number
  /** Of the one desk whose page may ask. */
  readonly origin: string
  readonly pairing: Pairing
  /** DER of the card's certificate. Throws KeyError. */
  readonly certificate: () => Promise<Uint8Array>
  /**
   * Shows what is signed, asks for the PIN, signs.
   *
   * @param signal the page has gone
   * @throws KeyError; BridgeRefused `cancelled`
   */
  readonly sign: (announced: Announced, signal: AbortSignal) => Promise<Uint8Array>
}

/** Rejects with the system's error when the port is taken. */
export function openBridge(options: BridgeOptions): Promise<OpenDoor> {
  const bridge = new Bridge(options)
  return openDoor(
    createServer({ maxHeaderSize: LIMITS.maxPartHeaderBytes }),
    { host: "127.0.0.1", port: options.port },
    LIMITS,
    (request, response, expectsContinue) => {
      if (expectsContinue) response.writeContinue()
      return bridge.enter(request, response)
    },
  )
}

class Bridge {
  readonly #options: BridgeOptions
  #isSigning = false

  constructor(options: BridgeOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = this.#options
    try {
      demandCaller(request, origin)
      if (request.method === "OPTIONS") {
        response.writeHead(204, { ...corsHeaders(origin), ...preflightHeaders(request.headers) }).end()
        return
      }
      answer(response, 200, corsHeaders(origin), await this.#done(request, response))
    } catch (error) {
      if (error instanceof HttpRefusal) response.writeHead(error.status, { Connection: "close" }).end()
      else {
        // What the page is told of a fault of ours is that nothing was signed.
        const refusal = refusalOf(error) ?? "card"
        answer(response, STATUS[refusal], corsHeaders(origin), { refusal })
      }
    }
  }

  #done(request: IncomingMessage, response: ServerResponse): Promise<object> {
    if (request.method !== "POST") throw new HttpRefusal(405, "POST alone")
    if (request.url === "/pair") return this.#pair(request)
    if (!this.#options.pairing.isPaired(bearerOf(request.headers))) throw new BridgeRefused("unpaired")
    if (request.url === "/card") return this.#card()
    if (request.url === "/sign") return this.#sign(request, response)
    throw new HttpRefusal(404, "no such place")
  }

  async #pair(request: IncomingMessage): Promise<BridgePairing> {
    const body = await readPairBody(request)
    if (body === null) throw new BridgeRefused("request")
    const paired = this.#options.pairing.pair(body.code)
    if (typeof paired === "string") throw new BridgeRefused(paired)
    return paired
  }

  async #card(): Promise<BridgeCard> {
    return { certificate: sha256Hex(await this.#alone(() => this.#options.certificate())) }
  }

  async #sign(request: IncomingMessage, response: ServerResponse): Promise<BridgeSignature> {
    const announced = announcedIn(await readSignBody(request))
    const gone = new AbortController()
    response.once("close", () => gone.abort())
    const signature = await this.#alone(() => this.#options.sign(announced, gone.signal))
    return { signature: Buffer.from(signature).toString("base64") }
  }

  /** One card, one window. */
  async #alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#isSigning) throw new BridgeRefused("busy")
    this.#isSigning = true
    try {
      return await work()
    } finally {
      this.#isSigning = false
    }
  }
}

function announcedIn(question: BridgeQuestion | null): Announced {
  if (question === null) throw new BridgeRefused("request")
  const octets = Buffer.from(question.toBeSigned, "base64")
  const parts = question.parts.map((each) => Buffer.from(each, "base64"))
  try {
    demandSignedInfo(octets)
    return { ...question, octets, documents: coveredDocuments(octets, parts) }
  } catch (error) {
    throw error instanceof Malformed ? new BridgeRefused("request") : error
  }
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object,
): void {
  response.writeHead(status, { ...headers, "Content-Type": "application/json" }).end(JSON.stringify(body))
}
