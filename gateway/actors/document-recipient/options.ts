/** What a Document Recipient must be told. */
import type { X509Certificate } from "node:crypto"
import type { TlsOptions } from "node:tls"
import type { RecipientLimits } from "./limits.ts"

/** For the audit trail: somebody was turned away at the door (ITI TF-2 3.19, 3.20 "Node Authentication failure"). */
export interface TurnedAway {
  readonly reason: "handshake" | "unknown-pin" | "source-id"
  /** Hex SHA-256 of the peer's key, null when the handshake showed none. */
  readonly spkiSha256: string | null
  readonly remoteAddress: string
  /** A sentence for the log. */
  readonly detail: string
}

export interface RecipientOptions {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  /** `serverTls(…)`: mutual. */
  readonly tls: TlsOptions
  readonly path?: string
  /** `identifyBy(…)`. */
  readonly identify: (certificate: X509Certificate) => {
    readonly agreement: string | null
    readonly spkiSha256: string
  }
  /** SubmissionSet.sourceId values an agreement may send under. */
  readonly sourceOf: (agreement: string) => readonly string[]
  readonly limits?: Partial<RecipientLimits>
  readonly onRefused: (refusal: TurnedAway) => void
  /** Faults that are ours, for the log; the peer was answered XDSRepositoryError or …OutOfResources. */
  readonly onFault: (error: unknown) => void
}

export const DEFAULT_PATH = "/xdr/recipient"
