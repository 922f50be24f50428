/**
 * Document Recipient [ITI-41]: a TLS listener that hands submissions of agreed peers to a handler and answers for it.
 */
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import type { TlsOptions } from "node:tls"
import type { SubmissionHandler } from "../../journey/ports.ts"
import { Door } from "./door.ts"
import { RECIPIENT_LIMITS, type RecipientLimits } from "./limits.ts"
import type { RecipientOptions } from "./options.ts"

export interface Recipient {
  readonly port: number
  /** Renewed certificates or revocation lists, for connections from now on. */
  readonly renewTls: (tls: TlsOptions) => void
  /** Takes no more, waits for what is in progress, then cuts. */
  readonly close: () => Promise<void>
}

/** Resolves when the port is open; rejects when it cannot be. */
export async function listen(options: RecipientOptions, handler: SubmissionHandler): Promise<Recipient> {
  const limits = { ...RECIPIENT_LIMITS, ...options.limits }
  const door = new Door(options, limits, handler)
  // Judged by the door instead of by Node, which would hang up without telling whose certificate it was.
  const server = createServer({ ...options.tls, rejectUnauthorized: false })
  server.prependListener("secureConnection", (socket) => door.judge(socket))
  server.on("request", (request, response) => void door.enter(request, response, false))
  server.on("checkContinue", (request, response) => void door.enter(request, response, true))
  server.on("tlsClientError", (error, socket) => door.handshakeFailed(error.message, socket))
  limitServer(server, limits)
  options.guard?.(server)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    renewTls: (tls) => server.setSecureContext(tls),
    close: () => closeServer(server, limits),
  }
}

function limitServer(server: Server, limits: RecipientLimits): void {
  server.maxConnections = limits.maxConnections
  server.headersTimeout = limits.headersTimeoutMs
  // A submission may take as long as its line needs; only standstill is cut.
  server.requestTimeout = 0
  server.timeout = limits.idleTimeoutMs
}

async function closeServer(server: Server, limits: RecipientLimits): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = setTimeout(() => server.closeAllConnections(), limits.closeTimeoutMs)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}
