/** Everything a step may ask, in one value; edge.ts and center.ts fill it in. */
import type { TransferSyntaxOf } from "../standards/dicom/sop-classes.ts"
import type { Agreement, Site } from "./agreement.ts"
import type { Cases } from "./cases/cases.ts"
import type { FrameCache } from "./read/frame-cache.ts"
import type { Locks } from "./locks.ts"
import type { Pace } from "./submit/pace.ts"
import type { Leftovers } from "./submit/leftovers.ts"
import type { LinePlaces } from "./submit/line-places.ts"
import type { TrustStore } from "./trust.ts"
import type { Draughtsman } from "./ports/drawing.ts"
import type { KeyStore, PersonKeys } from "./ports/keys.ts"
import type { DocumentSource, TimeStampAuthority } from "./ports/outside.ts"
import type { Spool } from "./ports/spool.ts"
import type { Chance, Clock } from "./ports/time.ts"
import type { Ledger } from "./records/ledger.ts"

/** What it takes to make the ledger agree with the spool: no keys of ours, and nobody outside. */
export type Stores = Pick<World, "clock" | "chance" | "spool" | "ledger" | "agreements" | "syntaxOf">

export interface World {
  readonly clock: Clock
  readonly chance: Chance
  readonly spool: Spool
  readonly ledger: Ledger
  /** What the desks list, kept at hand; every commit goes past it. */
  readonly cases: Cases
  readonly keys: KeyStore
  readonly personKeys: PersonKeys
  readonly timeStamps: TimeStampAuthority
  readonly source: DocumentSource
  readonly draughtsman: Draughtsman
  /** Frames in memory, which go with the key of their slot. */
  readonly frames: FrameCache
  readonly locks: Locks
  /** How much may be on the line to a partner at a time. */
  readonly pace: Pace
  /** Who is on the line to a partner just now. */
  readonly places: LinePlaces
  /** What of a delivery is in no unit yet. */
  readonly leftovers: Leftovers
  readonly site: Site
  readonly agreements: readonly Agreement[]
  /** Transfer syntaxes of PS3.6, and those of makers' own that the configuration names. */
  readonly syntaxOf: TransferSyntaxOf
  /** Anchors and revocation lists, fetched by who wires us. */
  readonly trust: TrustStore
  /** Bytes handed to the line, for progress bars. */
  readonly progress: (submissionId: string, bytesSent: number) => void
}
