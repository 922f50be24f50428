/** How much one client may ask of an HTTP door, whatever is taken in behind it. */
export interface DoorLimits {
  /** One request; what comes is streamed, so this bounds time and not memory. */
  readonly maxRequestBytes: number
  readonly maxParts: number
  readonly maxPartHeaderBytes: number
  readonly maxConnections: number
  /** From connection to the end of the HTTP headers. */
  readonly headersTimeoutMs: number
  /** Nothing moved on the connection for so long: it is cut. */
  readonly idleTimeoutMs: number
  /** How long the rest of a refused request is read, so that the sender sees the answer and not a reset. */
  readonly drainTimeoutMs: number
  /** How long `close` waits for requests in progress. */
  readonly closeTimeoutMs: number
}

const GiB = 1024 ** 3

/** What does not depend on who comes. */
export const DOOR_LIMITS = {
  maxRequestBytes: 32 * GiB,
  maxPartHeaderBytes: 16 * 1024,
  headersTimeoutMs: 15_000,
  idleTimeoutMs: 120_000,
  drainTimeoutMs: 10_000,
} as const satisfies Partial<DoorLimits>
