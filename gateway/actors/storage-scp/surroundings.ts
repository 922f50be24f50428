/** What the listener lends to each association. */
import type { Socket } from "node:net"
import type { CommitmentHandler } from "../../journey/ports/dicom-nodes.ts"
import type { InstanceHandler } from "../../journey/ports/inbound.ts"
import type { Protocol } from "../../standards/dicom/first-octets.ts"
import type { AssociateRJ } from "../../standards/dicom/pdu.ts"
import type { ClaimedUser } from "../../standards/dicom/user-identity.ts"
import type { StoreCounts } from "./messages.ts"
import type { Offer } from "./negotiate.ts"

/** Runs something later; the returned function forgets it. */
export interface Timers {
  after(delayMs: number, run: () => void): () => void
}

/** Where connections are that have no association (yet, or any more). */
export interface WaitingPlaces {
  enter(socket: Socket): void
  leave(socket: Socket): void
}

export interface Surroundings {
  readonly handler: InstanceHandler
  /** What this calling AE title may negotiate. */
  readonly offer: (callingAE: string) => Offer
  /** Hex SHA-256 of the peer's SubjectPublicKeyInfo; null on a connection in the clear. */
  readonly spkiSha256: string | null
  /** Another protocol was met where A-ASSOCIATE-RQ was awaited. */
  readonly onWrongProtocol: (met: Protocol) => void
  /** An association was accepted whose requestor names a user (PS3.7 D.3.3.7); nobody has checked it. */
  readonly onIdentity: (callingAE: string, user: ClaimedUser) => void
  /** Null where storage commitment is not served. */
  readonly commitments: CommitmentHandler | null
  /** A device asked for a commitment on this association. */
  readonly onRequested: (callingAE: string, TransactionUID: string) => void
  readonly timers: Timers
  readonly artimMs: number
  readonly idleMs: number
  /** The same while a device waits for the result of a commitment. */
  readonly waitingMs: number
  readonly counts: StoreCounts
  /** Counts the association in; a rejection when a cap is reached. */
  readonly enter: (callingAE: string) => AssociateRJ | null
  /** Faults of the handler or of ours, for the log; never the peer's. */
  readonly onFault: (fault: unknown) => void
  /** How it ended. */
  readonly onEnd: (outcome: "released" | "aborted" | "rejected") => void
}
