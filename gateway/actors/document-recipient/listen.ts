/**
 * Document Recipient [ITI-41]: a TLS listener that hands submissions of agreed peers to a handler and answers for it.
 */
import { createServer } from "node:https"
import type { TlsOptions } from "node:tls"
import type { SubmissionHandler } from "../../journey/ports.ts"
import { openDoor } from "../http-door/open.ts"
import { Callers } from "./callers.ts"
import { Door } from "./door.ts"
import { RECIPIENT_LIMITS } from "./limits.ts"
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
  const callers = new Callers(options)
  const door = new Door(options, limits, handler, callers)
  // Judged by us instead of by Node, which would hang up without telling whose certificate it was.
  const server = createServer({ ...options.tls, rejectUnauthorized: false })
  server.prependListener("secureConnection", (socket) => callers.judge(socket))
  server.on("tlsClientError", (error, socket) => callers.handshakeFailed(error.message, socket))
  const open = await openDoor(server, options, limits, (...call) => door.enter(...call))
  return { ...open, renewTls: (tls) => server.setSecureContext(tls) }
}
