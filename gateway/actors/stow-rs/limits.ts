/** How much one client may ask of the origin server. */
import { DOOR_LIMITS, type DoorLimits } from "../http-door/limits.ts"

export interface StoreLimits extends DoorLimits {
  /** Requests being stored; more are answered 503. */
  readonly maxRequests: number
}

export const STORE_LIMITS: StoreLimits = {
  ...DOOR_LIMITS,
  maxParts: 5_000,
  maxConnections: 128,
  maxRequests: 16,
  closeTimeoutMs: 5_000,
}
