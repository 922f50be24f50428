/** Whom we call, what we propose, and how long we wait: the values of an association's requestor. */
import type { ConnectionOptions } from "node:tls"

/** A DICOM node. */
export interface RemoteAE {
  readonly aeTitle: string
  readonly host: string
  readonly port: number
  /** DICOM TLS (PS3.15 B.13); null = in the clear. */
  readonly tls: ConnectionOptions | null
}

/** One abstract syntax and what it may be written in, best first. */
export interface Proposal {
  readonly abstractSyntax: string
  readonly transferSyntaxes: readonly string[]
  /** Propose ourselves as its provider instead of its user (PS3.7 D.3.3.4). */
  readonly asProvider?: boolean
}

/** Milliseconds. */
export interface Timeouts {
  /** To the end of the TCP and TLS handshakes. */
  readonly connectMs: number
  /** From A-ASSOCIATE-RQ to its answer, and from A-RELEASE-RQ to its own (ARTIM, PS3.8 9.1.5). */
  readonly artimMs: number
  /** From the last byte of a request to its response; also how long a peer may refuse to read. */
  readonly responseMs: number
}

export const TIMEOUTS: Timeouts = { connectMs: 10_000, artimMs: 30_000, responseMs: 60_000 }

/** Runs something later; the returned function forgets it. */
export interface Timers {
  after(delayMs: number, run: () => void): () => void
}

export const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
