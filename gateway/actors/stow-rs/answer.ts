/** What the client reads: DICOM JSON where objects are told of, one sentence where only HTTP speaks (PS3.18 8.5, 10.5.3). */
import type { IncomingMessage, ServerResponse } from "node:http"
import { storeResponse, storeStatus, type StoredPart } from "../../standards/dicomweb/store-response.ts"
import type { Refusal } from "./refusal.ts"

/** When there is no room: a person has to make some. */
const RETRY_AFTER_SECONDS = "60"

export function answerStored(response: ServerResponse, parts: readonly StoredPart[]): void {
  const status = storeStatus(parts)
  const retry = status === 503 ? { "Retry-After": RETRY_AFTER_SECONDS } : {}
  const body = Buffer.from(JSON.stringify(storeResponse(parts)))
  send(response, status, { "Content-Type": "application/dicom+json", ...retry }, body)
}

export function answerRefusal(response: ServerResponse, { status, message, headers }: Refusal): void {
  const body = Buffer.from(`${message}\n`)
  send(response, status, { "Content-Type": "text/plain; charset=UTF-8", ...headers }, body)
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): void {
  if (response.headersSent || response.destroyed) return
  // Otherwise Node closes at once after the answer to a request whose body was not read, and the reset that
  // follows takes the answer with it. `drain` closes.
  response.shouldKeepAlive = true
  response.writeHead(status, { ...headers, "Cache-Control": "no-store", "Content-Length": body.length })
  response.end(body)
}

/** Reads and drops the rest of a request that was answered early; cuts the connection when it does not end. */
export function drain(request: IncomingMessage, timeoutMs: number): void {
  const isLast = request.headers.connection?.toLowerCase() === "close"
  const close = (): void => {
    request.socket.destroySoon()
  }
  if (request.complete) {
    if (isLast) close()
    return
  }
  const timer = setTimeout(close, timeoutMs)
  request.once("close", () => clearTimeout(timer))
  if (isLast) request.once("end", close)
  // Whatever happens to a request that is answered concerns nobody any more.
  request.on("error", () => clearTimeout(timer))
  request.resume()
}
