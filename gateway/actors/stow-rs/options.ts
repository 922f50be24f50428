/** What the STOW-RS origin server must be told. */
import type { X509Certificate } from "node:crypto"
import type { TlsOptions } from "node:tls"
import type { DoorPlace } from "../http-door/open.ts"
import type { Revoked } from "../http-door/peer-certificate.ts"
import type { StoreLimits } from "./limits.ts"

/** Who may store, and how it shows that it is the one: by everything that stands here. */
export interface Sender {
  readonly aeTitle: string
  /** Lower-case hex SHA-256 of its bearer token (RFC 6750); null = none. */
  readonly tokenSha256: string | null
  /** Keys, hex SHA-256 of the SubjectPublicKeyInfo, one of which its TLS certificate holds; [] = none is asked for. */
  readonly pins: readonly string[]
}

/** For the audit trail: somebody was turned away. */
export interface TurnedAway {
  readonly remoteAddress: string
  /** Where it got to. */
  readonly at: "handshake" | "request"
  /** A sentence without patient data. */
  readonly detail: string
}

export interface StoreOptions extends DoorPlace {
  readonly tls: {
    /** `serverTls(…)`: a client certificate is asked for. */
    readonly options: TlsOptions
    readonly pinOf: (certificate: X509Certificate) => string
    readonly revoked: Revoked
  } | null
  readonly senders: readonly Sender[]
  readonly limits?: Partial<StoreLimits>
  readonly onTurnedAway: (whom: TurnedAway) => void
  /** Faults that are ours, for the log; the client was answered 500. */
  readonly onFault: (error: unknown) => void
}

/** The Studies Service's base (PS3.18 10.1). */
export const SERVICE_PATH = "/dicomweb"
