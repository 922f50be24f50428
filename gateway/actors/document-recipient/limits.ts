/** How much one peer may ask of the recipient. Defaults fit the promise: 4,000 documents in one submission. */
export interface RecipientLimits {
  readonly maxRequestBytes: number
  /** Document parts and the root. */
  readonly maxParts: number
  readonly maxPartHeaderBytes: number
  readonly maxConnections: number
  /** Submissions in progress; more are answered XDSRepositoryBusy. */
  readonly maxSubmissions: number
  /** From connection to the end of the HTTP headers. */
  readonly headersTimeoutMs: number
  /** Nothing moved on the connection for so long: it is cut. */
  readonly idleTimeoutMs: number
  /** How long the rest of a refused request is read, so that the sender sees the answer and not a reset. */
  readonly drainTimeoutMs: number
  /** How long `close` waits for submissions in progress. */
  readonly closeTimeoutMs: number
}

const GiB = 1024 ** 3

export const RECIPIENT_LIMITS: RecipientLimits = {
  maxRequestBytes: 32 * GiB,
  maxParts: 4_001,
  maxPartHeaderBytes: 16 * 1024,
  maxConnections: 256,
  maxSubmissions: 16,
  headersTimeoutMs: 15_000,
  idleTimeoutMs: 120_000,
  drainTimeoutMs: 10_000,
  closeTimeoutMs: 30_000,
}
