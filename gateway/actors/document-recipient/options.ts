/** What a Document Recipient must be told. */
import type { X509Certificate } from "node:crypto"
import type { Socket } from "node:net"
import type { TlsOptions } from "node:tls"
import type { AssertedUser, PeerIdentity } from "../../journey/ports/outside.ts"
import type { Addressing } from "../../standards/soap/addressing.ts"
import type { SoapFault } from "../../standards/soap/fault.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import type { DoorPlace, Enter } from "../http-door/open.ts"
import type { Revoked } from "../http-door/peer-certificate.ts"
import type { HttpRefusal } from "../http-door/refusal.ts"
import type { RecipientLimits } from "./limits.ts"

/** For the audit trail: somebody was turned away at the door (ITI TF-2 3.19, 3.20 "Node Authentication failure"). */
export interface TurnedAway {
  readonly reason: "handshake" | "revoked" | "tls-version" | "unknown-pin" | "source-id"
  /** Hex SHA-256 of the peer's key, null when the handshake showed none. */
  readonly spkiSha256: string | null
  readonly remoteAddress: string
  /** A sentence for the log. */
  readonly detail: string
}

/** For the audit trail: a submission of an agreed peer that was not taken (ITI TF-2 3.41.5.1, failure). */
export interface FailedSubmission {
  readonly peer: PeerIdentity
  /** null when its metadata could not be read. */
  readonly submission: Submission | null
  /** What the sender was told, in its protocol's words; [] = the line broke before anything could be told. */
  readonly told: readonly string[]
  /** What the sender was not told, since it would help whoever tries: why a Security header was not believed. Absent = nothing. */
  readonly why?: string | null
}

/** A submission that was taken although its message is not quite as the profile wants it. */
export interface ToleratedSubmission {
  readonly peer: PeerIdentity
  /** In words for the sender's next test day; at least one. */
  readonly faults: readonly string[]
}

/** What a partner may turn its connection into, by a GET with Upgrade (RFC 9110 7.8). */
export interface Turn {
  /** Token of the Upgrade header. Any other is passed over, as the RFC has it. */
  readonly protocol: string
  /** Why this partner may not, or not now; null = it may. */
  readonly refusalOf: (agreement: string) => HttpRefusal | null
  /** For the log: a partner asked, and may not. */
  readonly onRefused: (agreement: string, refusal: HttpRefusal) => void
  /** The connection is its own from now on; the partner has been told. `isAccepted`: whether its certificate still is. */
  readonly take: (agreement: string, socket: Socket, isAccepted: () => boolean) => void
}

export interface RecipientOptions extends DoorPlace {
  /** `serverTls(…)`: mutual. */
  readonly tls: TlsOptions
  readonly path?: string
  /** `identifyBy(…)`. */
  readonly identify: (certificate: X509Certificate) => {
    readonly agreement: string | null
    readonly spkiSha256: string
  }
  /** Asked after the handshake: may this agreement speak this version of TLS (`TLSSocket.getProtocol`)? */
  readonly speaksEnough: (agreement: string, protocol: string | null) => boolean
  /** `revokedBy(…)`: why this peer is refused, or null. Asked after the handshake and again at every request. */
  readonly revoked: Revoked
  /** SubmissionSet.sourceId values an agreement may send under; null = whichever. */
  readonly sourceOf: (agreement: string) => readonly string[] | null
  /** Absent = connections stay what they are. */
  readonly turn?: Turn
  /** Who looks at wsse:Security headers of this agreement's messages, and throws SecurityFault; null, or absent = nobody. */
  readonly assertedBy?: (agreement: string) => ((security: readonly string[]) => AssertedUser | null) | null
  readonly limits?: Partial<RecipientLimits>
  /** What stands between the port and the door, and sees each request whole; absent = nothing. */
  readonly around?: (enter: Enter) => Enter
  /** Whatever is answered, with the headers it is answered to, where they could be read; absent = nobody looks. */
  readonly onAnswered?: (answer: RegistryResponse | SoapFault | HttpRefusal, to: Addressing | null) => void
  readonly onRefused: (refusal: TurnedAway) => void
  /** Once for every submission that did not end with Success. */
  readonly onFailed: (failed: FailedSubmission) => void
  /** For the log, when a submission was taken although its message has faults. */
  readonly onTolerated: (tolerated: ToleratedSubmission) => void
  /** Faults that are ours, for the log; the peer was answered XDSRepositoryError or …OutOfResources. */
  readonly onFault: (error: unknown) => void
}

/** What is left to be told where no TLS is spoken. */
export type InClearOptions = Omit<RecipientOptions, "tls" | "identify" | "speaksEnough" | "revoked" | "turn">

export const DEFAULT_PATH = "/xdr/recipient"
