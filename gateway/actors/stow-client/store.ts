/** One Store request (PS3.18 10.5): files streamed from the disk as parts, and what the origin server says of each. */
import { X509Certificate, randomBytes } from "node:crypto"
import { once } from "node:events"
import { createReadStream } from "node:fs"
import {
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http"
import { request as tlsRequest } from "node:https"
import { pipeline } from "node:stream/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { AssociationError, DimseError } from "../../journey/errors.ts"
import { readStoreResponse, type StoredPart } from "../../standards/dicomweb/store-response.ts"
import { collected } from "../../standards/collected.ts"
import type { StoreTarget } from "./target.ts"

/** Nothing moved for so long: it is given up. */
const IDLE_TIMEOUT_MS = 120_000
/** How long leave to send is waited for. */
const LEAVE_MS = 1_000
const CHUNK_BYTES = 256 * 1024
/** An answer tells some hundred bytes of each part. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/**
 * Resolves with one outcome per path, in order.
 *
 * @param progress bytes of files handed to the socket
 * @throws AssociationError ERR_ASSOCIATION_UNREACHABLE, …_TLS, …_REJECTED, …_ENDED, …_PROTOCOL · DimseError ERR_DIMSE_BUSY · FileUnread
 */
export async function store(
  target: StoreTarget,
  paths: readonly string[],
  progress: (bytes: number) => void,
): Promise<readonly StoredPart[]> {
  const boundary = randomBytes(24).toString("hex")
  const request = open(target, boundary)
  const answered = answerTo(request)
  const refused = await Promise.race([answered, leaveToSend(request)])
  if (refused === null) await send(request, body(paths, boundary, progress), answered)
  else request.destroy()
  return outcomes(await answered, paths.length)
}

/** A file of ours cannot be read, whatever became of those before it. */
export class FileUnread extends Error {
  readonly path: string
  readonly code: string

  constructor(path: string, cause: { readonly code: unknown }) {
    super(`${path} cannot be read`, { cause })
    this.path = path
    this.code = String(cause.code)
  }
}

/** `100 Continue`; a server that does not know it says nothing (RFC 9110 10.1.1). */
async function leaveToSend(request: ClientRequest): Promise<null> {
  await Promise.race([once(request, "continue"), sleep(LEAVE_MS)])
  return null
}

async function send(
  request: ClientRequest,
  octets: AsyncIterable<Uint8Array>,
  answered: Promise<unknown>,
): Promise<void> {
  // A server that refuses may answer before it has read all: its answer says more than the broken pipe.
  answered.catch(() => undefined)
  try {
    await pipeline(octets, request)
  } catch (error) {
    if (error instanceof FileUnread) throw error
  }
}

function open(target: StoreTarget, boundary: string): ClientRequest {
  const { host, port, servicePath, token, chainPem } = target
  const options: RequestOptions = {
    host,
    port,
    path: `${servicePath}/studies`,
    method: "POST",
    timeout: IDLE_TIMEOUT_MS,
    headers: {
      "Content-Type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
      Accept: "application/dicom+json",
      Authorization: `Bearer ${token}`,
      // Who has no room or does not know us says so before a gigabyte is sent.
      Expect: "100-continue",
    },
  }
  const request =
    chainPem === null ? plainRequest(options) : tlsRequest({ ...options, ...onlyThis(chainPem) })
  request.flushHeaders()
  request.setTimeout(IDLE_TIMEOUT_MS, () => request.destroy(new Error("the origin server is silent")))
  return request
}

/** Its own certificate and no other, whatever name stands in it. */
function onlyThis(chainPem: string) {
  const own = new X509Certificate(chainPem)
  return {
    ca: own.toString(),
    allowPartialTrustChain: true,
    checkServerIdentity: (_host: string, { raw }: { readonly raw: Buffer }): Error | undefined =>
      raw.equals(own.raw) ? undefined : new Error("the server shows another certificate"),
  }
}

async function* body(
  paths: readonly string[],
  boundary: string,
  progress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for (const path of paths) {
    yield Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`)
    for await (const chunk of octetsOf(path)) {
      yield chunk
      progress(chunk.length)
    }
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}

async function* octetsOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>
  } catch (error) {
    throw error instanceof Error && "code" in error ? new FileUnread(path, error) : error
  }
}

interface HttpAnswer {
  readonly status: number
  readonly body: string
}

function answerTo(request: ClientRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    request.on("error", (cause) => reject(lineFault(cause, request)))
    request.on("response", (response) => {
      readAll(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject)
    })
  })
}

async function readAll(response: IncomingMessage): Promise<string> {
  const body = await collected(response, MAX_ANSWER_BYTES, () => protocolFault("its answer is too long"))
  return body.toString("utf8")
}

function outcomes({ status, body }: HttpAnswer, count: number): readonly StoredPart[] {
  if (status === 401 || status === 403)
    throw new AssociationError(
      "ERR_ASSOCIATION_REJECTED",
      `the origin server answers ${status}: ${body.trim()}`,
    )
  const parts = [200, 202, 409, 503].includes(status) ? partsOf(body) : []
  const byPart = new Map(parts.map((each) => [each.part, each]))
  const told = Array.from({ length: count }, (_, index) => byPart.get(index + 1)).filter(
    (each) => each !== undefined,
  )
  if (told.length === count) return told
  if (status === 503) throw new DimseError("ERR_DIMSE_BUSY", status, "the origin server is busy")
  throw protocolFault(`status ${status}, and ${told.length} of ${count} objects told of`)
}

function partsOf(body: string): readonly StoredPart[] {
  try {
    return readStoreResponse(JSON.parse(body))
  } catch (cause) {
    if (cause instanceof SyntaxError) return []
    throw cause
  }
}

const protocolFault = (sentence: string): AssociationError =>
  new AssociationError("ERR_ASSOCIATION_PROTOCOL", `the origin server: ${sentence}`)

function lineFault(cause: Error, request: ClientRequest): AssociationError {
  const code = "code" in cause ? String(cause.code) : cause.message
  const connected = request.socket?.bytesRead !== undefined && request.socket.bytesRead > 0
  if (/CERT|TLS|SSL|certificate/i.test(code))
    return new AssociationError("ERR_ASSOCIATION_TLS", `the origin server: ${code}`, { cause })
  return connected
    ? new AssociationError("ERR_ASSOCIATION_ENDED", `the origin server: ${code}`, { cause })
    : new AssociationError("ERR_ASSOCIATION_UNREACHABLE", `the origin server: ${code}`, { cause })
}
