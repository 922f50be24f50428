/**
 * Mutual TLS for both ends of a connection (ITI TF-2 3.19): values for node:tls and node:https, no sockets.
 *
 * Trust is the configured CA and the pin together; the CAs of the operating system never count.
 */
import { constants, X509Certificate } from "node:crypto"
import type { ConnectionOptions, TlsOptions } from "node:tls"
import { type Pin, pinOf } from "./pins.ts"
import { profileOptions, type TlsProfile } from "./profile.ts"

/** PEM texts, as read from the configured files. */
export interface NodeCredentials {
  /** Own certificate first, then its issuers. */
  readonly chainPem: string
  readonly keyPem: string
  readonly passphrase?: string
  /** CAs whose certificates peers may present. */
  readonly trustedPem: string
  /** Current CRLs: one of every CA in a peer's chain, or none at all. OpenSSL refuses a chain with a CRL missing. */
  readonly crlPem?: string
  readonly profile?: TlsProfile
}

/** A peer that does not finish its handshake holds no socket longer. */
const HANDSHAKE_TIMEOUT_MS = 10_000
const MIN_DH_BITS = 2048

/** For https.createServer. Who passes is known to a CA; whether it is an agreed peer is for `identifyBy`. */
export function serverTls(credentials: NodeCredentials): TlsOptions {
  return {
    ...contextOptions(credentials),
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // A resumed session would skip the revocation check of a certificate revoked meanwhile.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  }
}

/**
 * For https.request. The server must hold one of `pins`; its name is not looked at (ITI TF-2 3.19.6.1.3: no host
 * name in the certificate may be required).
 */
export function clientTls(credentials: NodeCredentials, pins: readonly Pin[]): ConnectionOptions {
  const expected = new Set(pins.map((pin) => pin.toLowerCase()))
  return {
    ...contextOptions(credentials),
    rejectUnauthorized: true,
    // PS3.15 B.13: no server may talk us into a shorter group.
    minDHSize: MIN_DH_BITS,
    checkServerIdentity: (_host, certificate) =>
      expected.has(pinOf(new X509Certificate(certificate.raw))) ? undefined : new PinMismatch(),
  }
}

/** The server's key is none of the pinned ones. `code` begins like those of Node's own TLS errors. */
class PinMismatch extends Error {
  readonly code = "ERR_TLS_PIN_MISMATCH"

  constructor() {
    super("the server's key is not the pinned one")
  }
}

function contextOptions({ chainPem, keyPem, passphrase, trustedPem, crlPem, profile }: NodeCredentials) {
  return {
    ...profileOptions(profile ?? "1.3"),
    cert: chainPem,
    key: keyPem,
    ca: trustedPem,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(crlPem === undefined ? {} : { crl: crlPem }),
  }
}
