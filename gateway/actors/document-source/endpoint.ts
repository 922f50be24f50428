/** Where and how the recipient of one agreement is reached. */
import type { ConnectionOptions } from "node:tls"

export interface Endpoint {
  /** `https://…`, also wsa:To. */
  readonly url: string
  /** `clientTls(…)` with the recipient's pins. */
  readonly tls: ConnectionOptions
  /**
   * Ask before sending (RFC 9110 §10.1.1): a recipient that refuses the certificate or the headers says so before a
   * document moves. Default true; whoever answers 417 is sent to without asking.
   */
  readonly expectContinue?: boolean
  readonly timeouts?: Partial<ExchangeTimeouts>
}

export interface ExchangeTimeouts {
  /** Until the TLS handshake is over. */
  readonly connectMs: number
  /** How long a server that knows no 100 (Continue) is waited for. */
  readonly continueMs: number
  /** Nothing moved while sending. */
  readonly idleMs: number
  /** From the last byte sent to the answer: the recipient verifies and syncs in that time. */
  readonly answerMs: number
}

export const EXCHANGE_TIMEOUTS: ExchangeTimeouts = {
  connectMs: 20_000,
  continueMs: 3_000,
  idleMs: 60_000,
  answerMs: 600_000,
}
