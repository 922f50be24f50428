/**
 * Document Recipient [ITI-41]: a TLS listener that hands submissions of agreed peers to a handler and answers for it.
 */
import { createServer } from "node:https"
import type { TlsOptions } from "node:tls"
import type { SubmissionHandler } from "../../journey/ports/inbound.ts"
import { type Enter, openDoor } from "../http-door/open.ts"
import { Callers } from "./callers.ts"
import { Door } from "./door.ts"
import { RECIPIENT_LIMITS } from "./limits.ts"
import type { RecipientOptions } from "./options.ts"
import { Turning } from "./turning.ts"

export interface Recipient {
  readonly port: number
  /** Renewed certificates or revocation lists, for connections from now on. */
  readonly renewTls: (tls: TlsOptions) => void
  /** For requests that come another way than through the port: the door is the same. */
  readonly enter: Enter
  /** Takes no more, waits for what is in progress, then cuts. */
  readonly close: () => Promise<void>
}

/** Resolves when the port is open; rejects when it cannot be. */
export async function listen(options: RecipientOptions, handler: SubmissionHandler): Promise<Recipient> {
  const limits = { ...RECIPIENT_LIMITS, ...options.limits }
  const callers = new Callers(options)
  const turning = new Turning(options, callers)
  const door = new Door(options, limits, handler, { callers, turning })
  const inner: Enter = (...call) => door.enter(...call)
  const enter = options.around?.(inner) ?? inner
  const server = createServer({
    ...options.tls,
    // Judged by us instead of by Node, which would hang up without telling whose certificate it was.
    rejectUnauthorized: false,
    shouldUpgradeCallback: (request) => turning.mayTurn(request),
  })
  turning.watch(server)
  server.prependListener("secureConnection", (socket) => callers.judge(socket))
  server.on("tlsClientError", (error, socket) => callers.handshakeFailed(error.message, socket))
  const open = await openDoor(server, options, limits, enter)
  return { ...open, enter, renewTls: (tls) => server.setSecureContext(tls) }
}
