/** Where and how the recipient of one agreement is reached. */
import type { Agent } from "node:http"
import type { ConnectionOptions } from "node:tls"

interface Common {
  /** `https://…`, also wsa:To. */
  readonly url: string
  /**
   * Ask before sending (RFC 9110 §10.1.1): a recipient that refuses the certificate or the headers says so before a
   * document moves. Default true; whoever answers 417 is sent to without asking.
   */
  readonly expectContinue?: boolean
  readonly timeouts?: Partial<ExchangeTimeouts>
}

/** It is called, over a connection of its own for each attempt. */
export interface Endpoint extends Common {
  /** `clientTls(…)` with the recipient's pins. */
  readonly tls: ConnectionOptions
}

/** It cannot be called: it holds a connection open, which is lent to one attempt at a time. */
export interface HeldEndpoint extends Common {
  /** Waits for its turn. Throws SubmissionError when there is no connection. */
  readonly lend: () => Promise<Loan>
}

/** An open connection, for one request. */
export interface Loan {
  /** Gives that connection; a request that does not come to its end breaks it. */
  readonly agent: Agent
  readonly giveBack: () => void
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
