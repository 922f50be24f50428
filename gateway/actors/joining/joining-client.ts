/**
 * The hospital's end of a joining: every call goes out from here, and says nothing before the other side has proved to
 * hold the key that the code names.
 */
import { X509Certificate } from "node:crypto"
import { request as httpRequest, type IncomingMessage } from "node:http"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import type { z } from "zod"
import { JoinError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"
import { isSame, keyDigest, type JoinCode } from "./join-code.ts"
import {
  answerSchema,
  asJson,
  MAX_ANSWER_BYTES,
  type Answer,
  type Question,
  ticketSchema,
  WAIT_MS,
} from "./messages.ts"

const CONNECT_TIMEOUT_MS = 15_000
const ANSWER_TIMEOUT_MS = WAIT_MS + 20_000
/** Between two calls after the line failed while people are on the telephone. */
const PAUSE_MS = 2_000
/** So many calls in a row that fail are no hiccup of the line: the centre's command has ended. */
const MAX_FAILED_CALLS = 15
/** No refusal is longer than a sentence. */
const MAX_REFUSAL_LENGTH = 200

/** What TLS needs to show the new certificate. */
export type OwnCertificate = Pick<ConnectionOptions, "cert" | "key">

export class JoiningClient {
  readonly #url: URL
  readonly #code: JoinCode

  /** @param url origin of the centre's door, https */
  constructor(url: URL, code: JoinCode) {
    this.#url = url
    this.#code = code
  }

  /** A ticket for the answer. Once it was given out the code is spent. */
  async ask(question: Omit<Question, "secret">): Promise<string> {
    const body = asJson({ ...question, secret: this.#code.secret })
    const { ticket } = known(ticketSchema, await this.#post("/join", body))
    return ticket
  }

  /** Calls until people at the centre have decided, over hiccups of the line too. @throws JoinError */
  async answer(ticket: string, until: Date, now: () => Date): Promise<Answer> {
    let failed = 0
    while (now() < until) {
      try {
        const body = await this.#post("/answer", asJson({ ticket }))
        if (body !== null) return known(answerSchema, body)
        failed = 0
      } catch (error) {
        failed += 1
        if (!isLineFault(error) || failed >= MAX_FAILED_CALLS) throw error
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
    throw new JoinError("ERR_JOIN_REFUSED", "nobody answered in time")
  }

  /** Mutual TLS with the new certificate. */
  async confirm(ticket: string, own: OwnCertificate): Promise<void> {
    await this.#post("/confirm", asJson({ ticket }), own)
  }

  /** Null for 204. @throws JoinError */
  async #post(path: string, body: string, own: OwnCertificate = {}): Promise<Buffer | null> {
    const socket = await this.#connected(own)
    try {
      const response = await sent(socket, path, body, this.#url.host)
      const bytes = await collected(response, MAX_ANSWER_BYTES, () => unfit("the answer is too long"))
      if (response.statusCode === 204) return null
      if (response.statusCode === 200) return bytes
      throw refused(response.statusCode ?? 0, bytes)
    } catch (cause) {
      throw cause instanceof JoinError ? cause : lineFault(cause)
    } finally {
      socket.destroy()
    }
  }

  /** A connection to who holds the named key; with anybody else it ends before an octet of ours is sent. */
  async #connected(own: OwnCertificate): Promise<TLSSocket> {
    const { hostname, port } = this.#url
    const host = hostname.replace(/^\[|\]$/g, "")
    // The named key is all that counts: it is believed more than any authority of a certificate's would be.
    const socket = connect({
      ...own,
      host,
      port: Number(port || 443),
      minVersion: "TLSv1.3",
      rejectUnauthorized: false,
    })
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no handshake in time")))
    socket.once("secureConnect", () => resolve(undefined))
    socket.once("error", reject)
    socket.once("close", () => reject(new Error("closed before the handshake was over")))
    await promise.catch((cause: unknown) => {
      throw lineFault(cause)
    })
    if (!this.#isTheirs(socket.getPeerX509Certificate())) {
      socket.destroy()
      throw new JoinError("ERR_JOIN_CENTER", `${this.#url.host} does not hold the key that the code names`)
    }
    return socket
  }

  #isTheirs(certificate: X509Certificate | undefined): boolean {
    return certificate !== undefined && isSame(keyDigest(certificate.raw), this.#code.pin)
  }
}

async function sent(socket: TLSSocket, path: string, body: string, host: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = httpRequest({
    createConnection: () => socket,
    method: "POST",
    path,
    headers: {
      Host: host,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      Connection: "close",
    },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  request.once("response", resolve)
  request.once("error", reject)
  request.end(body)
  return promise
}

function refused(status: number, body: Buffer): JoinError {
  const words = body
    .toString("utf8")
    .replace(/[^\x20-\x7e]/g, " ")
    .trim()
    .slice(0, MAX_REFUSAL_LENGTH)
  if (status === 403) return new JoinError("ERR_JOIN_REFUSED", `the centre says: ${words}`)
  return unfit(`the centre answers ${status}: ${words}`)
}

function known<Schema extends z.ZodType>(schema: Schema, body: Buffer | null): z.output<Schema> {
  const read = schema.safeParse(parsed(body))
  if (!read.success) throw unfit("the centre's answer has faults")
  return read.data
}

function parsed(body: Buffer | null): unknown {
  try {
    return body === null ? null : JSON.parse(body.toString("utf8"))
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}

const isLineFault = (error: unknown): boolean => error instanceof JoinError && error.code === "ERR_JOIN_LINE"
const unfit = (message: string) => new JoinError("ERR_JOIN_ANSWER", message)
const lineFault = (cause: unknown) =>
  new JoinError("ERR_JOIN_LINE", cause instanceof Error ? cause.message : "the line failed", { cause })
