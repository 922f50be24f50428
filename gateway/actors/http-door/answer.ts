/** The end of an exchange: the answer, and whatever of the request is still on its way. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { HttpRefusal } from "./refusal.ts"

/** Sends once: an answer that comes too late, or for nobody, is dropped. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): void {
  if (response.headersSent || response.destroyed) return
  // Otherwise Node closes at once after the answer to a request whose body was not read, and the reset that
  // follows takes the answer with it. `drain` closes.
  response.shouldKeepAlive = true
  response.writeHead(status, { ...headers, "Content-Length": body.length })
  response.end(body)
}

/** One sentence of plain text. */
export function sendRefusal(response: ServerResponse, { status, message, headers }: HttpRefusal): void {
  send(
    response,
    status,
    { "Content-Type": "text/plain; charset=UTF-8", ...headers },
    Buffer.from(`${message}\n`),
  )
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
