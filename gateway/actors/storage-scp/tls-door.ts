/**
 * The door of the TLS port (PS3.15 B.12, B.13): the first octets are looked at before the handshake, so that a device
 * that speaks DICOM in the clear is named and answered in its own protocol.
 */
import { type X509Certificate } from "node:crypto"
import { createServer as createTcpServer } from "node:net"
import type { Server, Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import type { TlsOptions } from "node:tls"
import { protocolOf } from "../../standards/dicom/first-octets.ts"
import { encodePdu } from "../../standards/dicom/pdu.ts"
import { ABORT_REASON } from "../../standards/dicom/rejection.ts"
import type { Timers } from "./surroundings.ts"
import type { Stranger } from "./listener.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export interface TlsDoorOptions {
  /** Certificate, key, trusted CAs, versions and suites; asks for a client certificate or not. */
  readonly tls: TlsOptions
  /** Why a peer is refused although its chain holds, or null; asked after the handshake. */
  readonly revoked: (certificate: X509Certificate) => string | null
  readonly timers: Timers
  /** From connect to the first octet. */
  readonly silentMs: number
  readonly onWrongProtocol: (stranger: Stranger) => void
  /** The handshake failed: no common suite, no certificate, or one that is not trusted. */
  readonly onHandshakeFault: (fault: { readonly remoteAddress: string; readonly detail: string }) => void
}

export interface TlsDoor {
  readonly server: Server
  /** For connections from now on. */
  readonly renewTls: (tls: TlsOptions) => void
}

/** A TCP server that hands over what has passed the handshake. */
export function tlsDoor(
  options: TlsDoorOptions,
  serve: (socket: Socket, spkiSha256: string | null) => void,
): TlsDoor {
  const secure = createTlsServer(options.tls, (socket) => {
    const certificate = socket.getPeerX509Certificate()
    const why = certificate === undefined ? null : options.revoked(certificate)
    if (why === null) {
      serve(socket, certificate === undefined ? null : pinOf(certificate))
      return
    }
    options.onHandshakeFault({ remoteAddress: socket.remoteAddress ?? "", detail: why })
    socket.destroy()
  })
  secure.on("tlsClientError", (error, socket) => {
    options.onHandshakeFault({ remoteAddress: socket.remoteAddress ?? "", detail: error.message })
    socket.destroy()
  })
  const server = createTcpServer((socket) => {
    socket.on("error", () => socket.destroy())
    const giveUp = options.timers.after(options.silentMs, () => socket.destroy())
    socket.once("close", giveUp)
    socket.once("readable", () => {
      giveUp()
      admit(socket, options, () => secure.emit("connection", socket))
    })
  })
  return { server, renewTls: (tls) => secure.setSecureContext(tls) }
}

function admit(socket: Socket, { onWrongProtocol }: TlsDoorOptions, shakeHands: () => void): void {
  const first = socket.read() as Buffer | null
  if (first === null) {
    socket.destroy()
    return
  }
  const met = protocolOf(first)
  if (met === "tls") {
    socket.unshift(first)
    shakeHands()
    return
  }
  onWrongProtocol({ expected: "tls", met, remoteAddress: socket.remoteAddress ?? "" })
  // A device set to the wrong port logs an abort better than a broken line.
  if (met === "dicom")
    socket.end(encodePdu({ type: "A-ABORT", source: 2, reason: ABORT_REASON.notSpecified }))
  socket.destroySoon()
}

/** Hex SHA-256 of the certificate's key. */
function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" })
  return sha256Hex(spki)
}
