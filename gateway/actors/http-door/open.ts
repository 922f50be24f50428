/** Opens an HTTP server as every door of ours is opened: bounded, drained, closed in peace. */
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { drain } from "./answer.ts"
import type { DoorLimits } from "./limits.ts"

/** What every door must be told. */
export interface DoorPlace {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** Keeps room for those who come to work; none by default. */
  readonly guard?: (server: Server) => void
}

/** One request. `expectsContinue`: the client waits for 100 (Continue) before it sends the body. Never rejects. */
export type Enter = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => Promise<void>

export interface OpenDoor {
  readonly port: number
  /** Takes no more, waits for what is in progress, then cuts. */
  readonly close: () => Promise<void>
}

/** Resolves when the port is open; rejects when it cannot be. */
export async function openDoor(
  server: Server,
  { host, port, guard }: DoorPlace,
  limits: DoorLimits,
  enter: Enter,
): Promise<OpenDoor> {
  attend(server, limits, enter)
  guard?.(server)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, limits) }
}

/** Lets requests in, whichever way their connections come to the server. */
export function attend(server: Server, limits: DoorLimits, enter: Enter): void {
  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    // Whoever has sent all waits for us: that nothing moves then is no standstill of theirs.
    request.once("end", () => {
      if (response.writableEnded) return
      request.socket.setTimeout(0)
      // Until they are answered: what they had sent behind it (RFC 9112 9.3.2) moves on, or is cut.
      response.once("finish", () => {
        if (request.socket.timeout === 0) request.socket.setTimeout(limits.idleTimeoutMs)
      })
    })
    void enter(request, response, expectsContinue).finally(() => drain(request, limits.drainTimeoutMs))
  }
  server.on("request", (request, response) => take(request, response, false))
  server.on("checkContinue", (request, response) => take(request, response, true))
  limitServer(server, limits)
}

function limitServer(server: Server, limits: DoorLimits): void {
  server.maxConnections = limits.maxConnections
  server.headersTimeout = limits.headersTimeoutMs
  // A request may take as long as its line needs; only standstill is cut.
  server.requestTimeout = 0
  server.timeout = limits.idleTimeoutMs
}

async function closeServer(server: Server, limits: DoorLimits): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = setTimeout(() => server.closeAllConnections(), limits.closeTimeoutMs)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}
