/** The door of a joining: TLS 1.3, three small questions, nothing else. It stands only while somebody is invited. */
import { createServer } from "node:https"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { TLSSocket } from "node:tls"
import type { z } from "zod"
import { JoinError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"
import { Malformed } from "../../standards/malformed.ts"
import { sendRefusal } from "../http-door/answer.ts"
import { DOOR_LIMITS, type DoorLimits } from "../http-door/limits.ts"
import { type OpenDoor, openDoor } from "../http-door/open.ts"
import { HttpRefusal, RequestTooLarge } from "../http-door/refusal.ts"
import type { Joining } from "./joining.ts"
import { asJson, MAX_QUESTION_BYTES, questionSchema, ticketSchema, WAIT_MS } from "./messages.ts"

export const JOINING_LIMITS: DoorLimits = {
  ...DOOR_LIMITS,
  maxRequestBytes: MAX_QUESTION_BYTES,
  maxParts: 0,
  maxConnections: 64,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 2 * WAIT_MS,
  drainTimeoutMs: 1_000,
  closeTimeoutMs: 2_000,
}
/** From connection to the last octet of a question, however slowly it drips. */
const QUESTION_TIMEOUT_MS = 10_000
const CHECK_INTERVAL_MS = 1_000
const MAX_HEADER_BYTES = 4_096
const HANDSHAKE_TIMEOUT_MS = 5_000

export interface DoorKeys {
  readonly chainPem: string
  readonly keyPem: string
  /** PEM of the authority whose certificates confirm. */
  readonly authorityPem: string
}

export async function openJoiningDoor(
  joining: Joining,
  keys: DoorKeys,
  place: { readonly host: string; readonly port: number },
): Promise<OpenDoor> {
  const server = createServer({
    minVersion: "TLSv1.3",
    cert: keys.chainPem,
    key: keys.keyPem,
    ca: keys.authorityPem,
    // Who joins has no certificate yet; whose it is is looked at where one is wanted.
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  })
  const door = await openDoor(server, place, JOINING_LIMITS, (request, response) =>
    entered(joining, request, response),
  )
  server.requestTimeout = QUESTION_TIMEOUT_MS
  return door
}

async function entered(joining: Joining, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answer(joining, request, response)
  } catch (error) {
    if (!response.headersSent && !response.destroyed) sendRefusal(response, refusalOf(error))
    else response.destroy()
  }
}

/** In few words: who has no business here learns nothing. */
function refusalOf(error: unknown): HttpRefusal {
  if (error instanceof HttpRefusal) return error
  if (error instanceof JoinError) return new HttpRefusal(403, error.message)
  if (error instanceof Malformed) return new HttpRefusal(400, error.message)
  return new HttpRefusal(400, "the question cannot be read")
}

async function answer(joining: Joining, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const from = request.socket.remoteAddress ?? "-"
  if (request.method !== "POST") throw new HttpRefusal(405, "POST alone")
  if (request.url === "/join") {
    const ticket = joining.ask(await readJson(request, questionSchema), from)
    send(response, 200, { ticket })
    return
  }
  if (request.url !== "/answer" && request.url !== "/confirm")
    throw new HttpRefusal(404, "nothing is served here")
  const { ticket } = await readJson(request, ticketSchema)
  if (request.url === "/confirm") {
    joining.confirm(ticket, certificateOf(request.socket as TLSSocket), from)
    send(response, 204, null)
    return
  }
  const answered = await orSoon(joining.answerFor(ticket))
  if (answered !== null) response.once("finish", () => joining.fetched(from))
  send(response, answered === null ? 204 : 200, answered)
}

/** Null when it takes longer than a request should stand. */
async function orSoon<Value>(comes: Promise<Value>): Promise<Value | null> {
  const { promise: soon, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), WAIT_MS)
  try {
    return await Promise.race([comes, soon])
  } finally {
    clearTimeout(timer)
  }
}

/** DER of what the caller has proved to hold; null unless our authority issued it. */
const certificateOf = (socket: TLSSocket): Uint8Array | null =>
  socket.authorized ? socket.getPeerCertificate().raw : null

async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  const bytes = await collected(request, MAX_QUESTION_BYTES, () => new RequestTooLarge(MAX_QUESTION_BYTES))
  const read = schema.safeParse(parsed(bytes))
  if (!read.success) throw new HttpRefusal(400, "the question has faults")
  return read.data
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"))
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}

function send(response: ServerResponse, status: 200 | 204, message: object | null): void {
  const body = message === null ? "" : asJson(message)
  response.writeHead(status, {
    "Cache-Control": "no-store",
    ...(message === null
      ? {}
      : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
  })
  response.end(body)
}
