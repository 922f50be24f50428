/** Whose certificate stands behind a connection, and whether it still counts (ITI TF-2 3.19). */
import type { X509Certificate } from "node:crypto"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"

/** Why a certificate is refused although its chain holds, or null. */
export type Revoked = (certificate: X509Certificate) => string | null

export type PeerCertificate =
  | { readonly certificate: X509Certificate; readonly fault: null }
  /** `handshake`: none was shown, or no authority of ours stands behind it. */
  | { readonly certificate: X509Certificate | null; readonly fault: PeerFault }

export interface PeerFault {
  readonly reason: "handshake" | "revoked"
  /** A sentence, or OpenSSL's word, for the log. */
  readonly detail: string
}

/**
 * On a connection that we opened, Node takes the certificate out of the peer's chain when it is asked for it: a second
 * question is answered with its issuer, or with nothing.
 */
const SHOWN = new WeakMap<TLSSocket, X509Certificate>()

function shownOn(socket: TLSSocket): X509Certificate | null {
  const certificate = SHOWN.get(socket) ?? socket.getPeerX509Certificate() ?? null
  if (certificate !== null) SHOWN.set(socket, certificate)
  return certificate
}

/** To be asked at every request: a connection may outlive the certificate it was opened with. */
export function peerCertificate(socket: Socket, revoked: Revoked): PeerCertificate {
  const tls = socket instanceof TLSSocket ? socket : null
  const certificate = tls === null ? null : shownOn(tls)
  if (certificate === null || tls?.authorized !== true) {
    // A word like CERT_HAS_EXPIRED, whatever its declared type says.
    const detail: unknown = tls?.authorizationError ?? "no certificate"
    return { certificate, fault: { reason: "handshake", detail: String(detail) } }
  }
  const why = revoked(certificate)
  if (why !== null) return { certificate, fault: { reason: "revoked", detail: why } }
  return { certificate, fault: null }
}
