/**
 * Local door: a socket in the data folder for commands on this machine that need the running gateway, which alone owns spool
 * and ledger. Who may write to the socket is whom the file system lets: the service's own user and root.
 */
import { chmod, rm } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { join } from "node:path"
import { DOOR_LIMITS, type DoorLimits } from "../http-door/limits.ts"
import { attend, type Enter } from "../http-door/open.ts"

export const SOCKET_FILE = "commands.sock"
const OWNER_ONLY = 0o600

export const LOCAL_LIMITS: DoorLimits = {
  ...DOOR_LIMITS,
  /** The documents and the root. */
  maxParts: 4_001,
  maxConnections: 16,
  closeTimeoutMs: 5_000,
}

export interface LocalDoor {
  readonly socketPath: string
  /** Takes no more, waits for what is in progress, then cuts. */
  close(): Promise<void>
}

/**
 * Takes the place of a socket that an earlier life left: the data folder has one owner (storage/ledger/claim.ts).
 *
 * @throws the system's error, e.g. EINVAL where the path is longer than a socket's may be (107 bytes on Linux)
 */
export async function listenLocal(dataDir: string, enter: Enter): Promise<LocalDoor> {
  const socketPath = join(dataDir, SOCKET_FILE)
  const server = createServer()
  attend(server, LOCAL_LIMITS, enter)
  await rm(socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(socketPath, resolve)
  })
  await chmod(socketPath, OWNER_ONLY)
  return { socketPath, close: () => close(server) }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = setTimeout(() => server.closeAllConnections(), LOCAL_LIMITS.closeTimeoutMs)
  server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}
