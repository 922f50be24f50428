/** How much one client may ask of the origin server. */
export interface StoreLimits {
  /** One request; objects are streamed, so this bounds time and not memory. */
  readonly maxRequestBytes: number
  readonly maxParts: number
  readonly maxPartHeaderBytes: number
  readonly maxConnections: number
  /** Requests being stored; more are answered 503. */
  readonly maxRequests: number
  /** From connection to the end of the HTTP headers. */
  readonly headersTimeoutMs: number
  /** Nothing moved on the connection for so long: it is cut. */
  readonly idleTimeoutMs: number
  /** How long the rest of a refused request is read, so that the client sees the answer and not a reset. */
  readonly drainTimeoutMs: number
  /** How long `close` waits for requests in progress. */
  readonly closeTimeoutMs: number
}

const GiB = 1024 ** 3

export const STORE_LIMITS: StoreLimits = {
  maxRequestBytes: 32 * GiB,
  maxParts: 5_000,
  maxPartHeaderBytes: 16 * 1024,
  maxConnections: 128,
  maxRequests: 16,
  headersTimeoutMs: 15_000,
  idleTimeoutMs: 120_000,
  drainTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
}
