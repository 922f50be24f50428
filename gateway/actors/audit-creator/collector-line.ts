/**
 * One TLS connection to an Audit Record Repository (RFC 5425), from handshake to an end in good order.
 *
 * RFC 5425 has no acknowledgement. What comes nearest is its end: we send close_notify and the collector, who meets it only
 * after everything before it, must end its own side (RFC 5425 4.4). A collector that closes with octets unread resets the
 * connection instead; one that closes by itself shows it within `settleMs`, for so long we say nothing before we end. So after
 * `finish` its TLS has read every octet, but for one case (docs/adr/0014); what its process does with them it does not say.
 */
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import { CollectorError } from "../../journey/errors.ts"

export interface Collector {
  readonly host: string
  readonly port: number
  /** Mutual TLS, whoever is to be trusted included. */
  readonly tls: ConnectionOptions
}

export interface LineTimeouts {
  readonly connectMs: number
  /** A collector that reads nothing for so long, or does not end after we did, is given up. */
  readonly stallMs: number
  /** Longer than a round trip to the collector: until then its own end may be on the way, and what we sent may meet it closed. */
  readonly settleMs: number
}
export const LINE_TIMEOUTS: LineTimeouts = { connectMs: 10_000, stallMs: 30_000, settleMs: 1_000 }

export class CollectorLine {
  readonly #socket: TLSSocket
  readonly #timeouts: LineTimeouts
  /** Resolves with what broke the line, null = the collector ended it and all was well until then. */
  readonly #ended: Promise<Error | null>

  private constructor(socket: TLSSocket, timeouts: LineTimeouts) {
    this.#socket = socket
    this.#timeouts = timeouts
    this.#ended = endOf(socket)
  }

  /** @param givingUp destroys the line, whatever it does. Throws ERR_COLLECTOR_UNREACHABLE, ERR_COLLECTOR_TLS. */
  static async open(
    { host, port, tls }: Collector,
    timeouts: LineTimeouts,
    givingUp: AbortSignal,
  ): Promise<CollectorLine> {
    const socket = connect({ ...tls, host, port })
    // What is written leaves at once: Nagle's algorithm would hold it back while we count on its being there.
    socket.setNoDelay(true)
    destroyedBy(socket, givingUp)
    const line = new CollectorLine(socket, timeouts)
    const giveUp = setTimeout(
      () => socket.destroy(new Error(`no answer within ${timeouts.connectMs} ms`)),
      timeouts.connectMs,
    )
    const secure = new Promise<"secure">((resolve) => socket.once("secureConnect", () => resolve("secure")))
    const first = await Promise.race([secure, line.#ended])
    clearTimeout(giveUp)
    if (first !== "secure") throw notOpened(first)
    // A collector says nothing; its end is met only by who reads.
    socket.resume()
    return line
  }

  get isOver(): boolean {
    return this.#socket.destroyed
  }

  /** Resolves when the line is gone, whoever ended it. Never rejects. */
  get ended(): Promise<unknown> {
    return this.#ended
  }

  /** Hands a frame to the system, and waits where the collector reads slowly. Throws CollectorError. */
  async write(frame: Uint8Array): Promise<void> {
    const written = new Promise<"written">((resolve) => this.#socket.write(frame, () => resolve("written")))
    await this.#within(written, this.#timeouts.stallMs, "it reads nothing")
  }

  /** Ends our side and waits for the collector's. Resolved: its TLS has read all that was written. Throws CollectorError. */
  async finish(): Promise<void> {
    const { settleMs, stallMs } = this.#timeouts
    const settled = new Promise<"settled">((resolve) => setTimeout(resolve, settleMs, "settled"))
    await this.#within(settled, stallMs, "")
    const answered = new Promise<"ended">((resolve) => this.#socket.once("end", () => resolve("ended")))
    this.#socket.end()
    await this.#within(answered, stallMs, "it does not end the connection after we did (RFC 5425 4.4)")
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async #within(done: Promise<string>, limitMs: number, stalled: string): Promise<void> {
    const limit = Promise.withResolvers<Error>()
    const timer = setTimeout(() => limit.resolve(new Error(stalled)), limitMs)
    const first = await Promise.race([done, limit.promise, this.#ended])
    clearTimeout(timer)
    if (typeof first === "string") return
    throw broken(first)
  }
}

function destroyedBy(socket: TLSSocket, signal: AbortSignal): void {
  const destroy = (): void => void socket.destroy(new Error("there was no more time"))
  signal.addEventListener("abort", destroy)
  socket.once("close", () => signal.removeEventListener("abort", destroy))
  if (signal.aborted) destroy()
}

function endOf(socket: TLSSocket): Promise<Error | null> {
  return new Promise((resolve) => {
    let fault: Error | null = null
    socket.on("error", (error: Error) => (fault = error))
    // Before we ended it ourselves the collector has no reason to.
    socket.once("end", () => {
      if (!socket.writableEnded) socket.destroy()
    })
    socket.once("close", () => resolve(fault))
  })
}

const OF_TLS =
  /^(ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|EPROTO)/
const codeOf = (cause: Error | null): string =>
  cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : ""

function notOpened(cause: Error | null): CollectorError {
  const code = codeOf(cause)
  // A server that refuses our certificate by TLS 1.2 may just close.
  return OF_TLS.test(code) || cause === null
    ? new CollectorError("ERR_COLLECTOR_TLS", `TLS with the collector failed (${code || "closed"})`, {
        cause,
      })
    : new CollectorError("ERR_COLLECTOR_UNREACHABLE", `the collector cannot be reached (${code})`, { cause })
}

/** With TLS 1.3 a refusal of our certificate comes after the handshake. */
function broken(cause: Error | null): CollectorError {
  const code = codeOf(cause)
  if (OF_TLS.test(code))
    return new CollectorError("ERR_COLLECTOR_TLS", `the collector refused TLS (${code})`, { cause })
  const why = code !== "" ? code : (cause?.message ?? "it ended the connection")
  return new CollectorError("ERR_COLLECTOR_ENDED", `the collector's connection broke: ${why}`, { cause })
}
