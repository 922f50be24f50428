/**
 * Mutual TLS for both ends of a connection (ITI TF-2 3.19): values for node:tls and node:https, no sockets.
 *
 * Trust is the configured CA and the pin together; the CAs of the operating system never count.
 */
import { constants, X509Certificate } from "node:crypto"
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate, type TlsOptions } from "node:tls"
import { type Pin, pinOf } from "./pins.ts"
import { profileOptions, type TlsProfile } from "./profile.ts"
import { chainOf, type RevokedOf } from "./revoked.ts"

/** PEM texts, as read from the configured files; where a key may be renewed, own ones are properties that are asked anew. */
export interface NodeCredentials {
  /** Own certificate first, then its issuers. */
  readonly chainPem: string
  readonly keyPem: string
  readonly passphrase?: string
  /** CAs whose certificates peers may present. */
  readonly trustedPem: string
  /** Looked at by clients in `checkServerIdentity`; a server asks it after the handshake. */
  readonly revoked?: RevokedOf
  readonly profile?: TlsProfile
}

/** A peer that does not finish its handshake holds no socket longer. */
const HANDSHAKE_TIMEOUT_MS = 10_000
const MIN_DH_BITS = 2048

/**
 * For https.createServer. Who passes is known to a CA; whether it is an agreed peer, whose certificate was revoked or
 * who owes us a newer TLS is for the listener: `identifyBy`, `revokedBy`, `isBelow`.
 */
export function serverTls(credentials: NodeCredentials): TlsOptions {
  return {
    ...contextOptions(credentials),
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // A resumed session would not show its certificate again.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  }
}

/**
 * For https.request. The server must hold one of `pins`; its name is not looked at (ITI TF-2 3.19.6.1.3: no host
 * name in the certificate may be required).
 */
export function clientTls(credentials: NodeCredentials, pins: readonly Pin[]): ConnectionOptions {
  const expected = new Set(pins.map((pin) => pin.toLowerCase()))
  return clientOf(credentials, (_host, certificate) =>
    expected.has(pinOf(new X509Certificate(certificate.raw))) ? undefined : new PinMismatch(),
  )
}

/** The same where no key is agreed: the server's certificate must be made out to the name we call (option FQDN Validation). */
export const clientTlsByName = (credentials: NodeCredentials): ConnectionOptions =>
  clientOf(credentials, checkServerIdentity)

function clientOf(
  credentials: NodeCredentials,
  faultOf: (host: string, certificate: PeerCertificate) => Error | undefined,
): ConnectionOptions {
  const { revoked } = credentials
  return {
    ...contextOptions(credentials),
    // Whoever connects spreads these options: what is shown is what is held then.
    get cert() {
      return credentials.chainPem
    },
    get key() {
      return credentials.keyPem
    },
    rejectUnauthorized: true,
    // PS3.15 B.13: no server may talk us into a shorter group.
    minDHSize: MIN_DH_BITS,
    checkServerIdentity: (host, certificate) => {
      const fault = faultOf(host, certificate)
      if (fault !== undefined) return fault
      const why = revoked?.(chainOf(certificate)) ?? null
      return why === null ? undefined : new Revoked(why)
    },
  }
}

/** The server's key is none of the pinned ones. `code` begins like those of Node's own TLS errors. */
class PinMismatch extends Error {
  readonly code = "ERR_TLS_PIN_MISMATCH"

  constructor() {
    super("the server's key is not the pinned one")
  }
}

/** The server's certificate, or one of its issuers', is on a revocation list. */
class Revoked extends Error {
  readonly code = "ERR_TLS_REVOKED"
}

function contextOptions({ chainPem, keyPem, passphrase, trustedPem, profile }: NodeCredentials) {
  return {
    ...profileOptions(profile ?? "1.3"),
    cert: chainPem,
    key: keyPem,
    ca: trustedPem,
    ...(passphrase === undefined ? {} : { passphrase }),
  }
}
