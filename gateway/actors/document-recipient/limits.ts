/** How much one peer may ask of the recipient. Defaults fit the promise: 4,000 documents in one submission. */
import { DOOR_LIMITS, type DoorLimits } from "../http-door/limits.ts"

export interface RecipientLimits extends DoorLimits {
  /** Submissions in progress; more are answered XDSRepositoryBusy. */
  readonly maxSubmissions: number
}

export const RECIPIENT_LIMITS: RecipientLimits = {
  ...DOOR_LIMITS,
  /** The documents and the root. */
  maxParts: 4_001,
  maxConnections: 256,
  maxSubmissions: 16,
  closeTimeoutMs: 30_000,
}
