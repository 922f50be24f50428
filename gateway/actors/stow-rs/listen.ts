/**
 * STOW-RS origin server (PS3.18 10.5, Store transaction of the Studies Service): objects as Part 10 files over HTTP, for
 * devices and programs without C-STORE.
 */
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { FileHandler } from "../../journey/ports.ts"
import { Door } from "./door.ts"
import { STORE_LIMITS, type StoreLimits } from "./limits.ts"
import type { StoreOptions } from "./options.ts"

export interface StoreOrigin {
  readonly port: number
  /** Takes no more, waits for what is in progress, then cuts. */
  readonly close: () => Promise<void>
}

/** Resolves when the port is open; rejects when it cannot be. */
export async function listen(options: StoreOptions, handler: FileHandler): Promise<StoreOrigin> {
  const limits = { ...STORE_LIMITS, ...options.limits }
  const door = new Door(options, limits, handler)
  const server = serverFor(options)
  server.on("request", (request, response) => void door.enter(request, response, false))
  server.on("checkContinue", (request, response) => void door.enter(request, response, true))
  limitServer(server, limits)
  options.guard?.(server)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server, limits) }
}

function serverFor({ tls, onTurnedAway }: StoreOptions): Server {
  if (tls === null) return createServer()
  // A sender with a token alone shows no certificate; what a certificate is worth is for `senderOf`.
  const server = createTlsServer({ ...tls.options, rejectUnauthorized: false })
  server.on("tlsClientError", (error, socket) =>
    onTurnedAway({ remoteAddress: socket.remoteAddress ?? "", detail: `TLS handshake: ${error.message}` }),
  )
  return server
}

function limitServer(server: Server, limits: StoreLimits): void {
  server.maxConnections = limits.maxConnections
  server.headersTimeout = limits.headersTimeoutMs
  // A request may take as long as its line needs; only standstill is cut.
  server.requestTimeout = 0
  server.timeout = limits.idleTimeoutMs
}

async function closeServer(server: Server, limits: StoreLimits): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = setTimeout(() => server.closeAllConnections(), limits.closeTimeoutMs)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}
