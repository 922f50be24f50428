/** TCP, or TLS over it, to a DICOM node; and writing that waits for a peer who reads slowly. */
import { once } from "node:events"
import { connect as connectTcp } from "node:net"
import type { Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { AssociationError } from "../../journey/errors.ts"
import type { RemoteAE, Timers } from "./remote.ts"

/**
 * Open the transport connection (Evt2).
 *
 * @throws AssociationError ERR_ASSOCIATION_UNREACHABLE, ERR_ASSOCIATION_TLS
 */
export async function open(remote: RemoteAE, timers: Timers, connectMs: number): Promise<Socket> {
  const { host, port, tls } = remote
  const socket = tls === null ? connectTcp({ host, port }) : connectTls({ ...tls, host, port })
  // Whoever waits hears of errors; this listener only keeps them from ending the process.
  socket.on("error", () => socket.destroy())
  socket.setNoDelay(true)
  const giveUp = timers.after(connectMs, () => socket.destroy(new Error(`no answer within ${connectMs} ms`)))
  try {
    await opened(socket, tls === null ? "connect" : "secureConnect")
    return socket
  } catch (cause) {
    socket.destroy()
    throw unreachable(remote, cause)
  } finally {
    giveUp()
  }
}

/** `once` alone would wait for ever when a socket is destroyed without an error. */
async function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  const closed = new AbortController()
  const onClose = (): void => closed.abort()
  socket.once("close", onClose)
  try {
    await once(socket, event, { signal: closed.signal })
  } finally {
    socket.off("close", onClose)
  }
}

const OF_TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/

function unreachable({ aeTitle, tls }: RemoteAE, cause: unknown): AssociationError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  return tls !== null && OF_TLS.test(code)
    ? new AssociationError("ERR_ASSOCIATION_TLS", `TLS with ${aeTitle} failed (${code})`, { cause })
    : new AssociationError("ERR_ASSOCIATION_UNREACHABLE", `${aeTitle} cannot be reached (${code})`, { cause })
}

/**
 * Write, and wait until the system has taken it all: a peer that reads slowly slows us down, and the bytes may be used
 * again. Resolves as well when the connection is gone; who reads it will know.
 */
export function write(socket: Socket, bytes: Uint8Array, timers: Timers, stallMs: number): Promise<void> {
  if (!socket.writable) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = timers.after(stallMs, () => socket.destroy())
    socket.write(bytes, () => {
      stop()
      resolve()
    })
  })
}
