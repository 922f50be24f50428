/**
 * STOW-RS origin server (PS3.18 10.5, Store transaction of the Studies Service): objects as Part 10 files over HTTP, for
 * devices and programs without C-STORE.
 */
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { Server as TlsServer, type TlsOptions } from "node:tls"
import type { FileHandler } from "../../journey/ports/inbound.ts"
import { openDoor, type OpenDoor } from "../http-door/open.ts"
import { Door } from "./door.ts"
import { STORE_LIMITS } from "./limits.ts"
import type { StoreOptions } from "./options.ts"

export interface StoreOrigin extends OpenDoor {
  /** Renewed certificates, for connections from now on; nothing in the clear. */
  readonly renewTls: (tls: TlsOptions) => void
}

/** Resolves when the port is open; rejects when it cannot be. */
export async function listen(options: StoreOptions, handler: FileHandler): Promise<StoreOrigin> {
  const limits = { ...STORE_LIMITS, ...options.limits }
  const door = new Door(options, limits, handler)
  const server = serverFor(options)
  const open = await openDoor(server, options, limits, (...call) => door.enter(...call))
  return {
    ...open,
    renewTls: (tls) => {
      if (server instanceof TlsServer) server.setSecureContext(tls)
    },
  }
}

/** A request to speak another protocol is passed over (RFC 9110 7.8). */
const PASSED_OVER = { shouldUpgradeCallback: () => false }

function serverFor({ tls, onTurnedAway }: StoreOptions): Server {
  if (tls === null) return createServer(PASSED_OVER)
  // A sender with a token alone shows no certificate; what a certificate is worth is for `senderOf`.
  const server = createTlsServer({ ...tls.options, ...PASSED_OVER, rejectUnauthorized: false })
  server.on("tlsClientError", (error, socket) =>
    onTurnedAway({
      remoteAddress: socket.remoteAddress ?? "",
      at: "handshake",
      detail: `TLS handshake: ${error.message}`,
    }),
  )
  return server
}
