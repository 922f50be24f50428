/**
 * A connection to a recipient that is to speak another protocol from now on (RFC 9110 7.8): mutual TLS, one GET that asks
 * for it, and the recipient's 101.
 */
import { request } from "node:https"
import type { ClientRequest, IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { SubmissionError } from "../../journey/errors.ts"
import { EXCHANGE_TIMEOUTS, type Endpoint } from "./endpoint.ts"
import { failureOf, type Progress } from "./failure.ts"

export interface Upgraded {
  readonly socket: Socket
  /** Octets of the new protocol that came with the answer. */
  readonly head: Buffer
}

/** Busy, not refused: it may be granted a little later. */
const LATER = new Set([429, 500, 502, 503, 504])

/** @throws SubmissionError: …UNREACHABLE, …TLS; …BUSY and …REFUSED when the recipient answers, and does not agree */
export function upgraded(endpoint: Endpoint, protocol: string, signal: AbortSignal): Promise<Upgraded> {
  const { url, tls, timeouts } = endpoint
  const connectMs = timeouts?.connectMs ?? EXCHANGE_TIMEOUTS.connectMs
  const asking = request(url, {
    ...tls,
    agent: false,
    headers: { Connection: "Upgrade", Upgrade: protocol },
    signal,
  })
  const giveUp = setTimeout(() => asking.destroy(new Error(`no answer within ${connectMs} ms`)), connectMs)
  return answered(asking, protocol).finally(() => clearTimeout(giveUp))
}

function answered(asking: ClientRequest, protocol: string): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    let progress: Progress = "connecting"
    asking.once("socket", (socket) => socket.once("connect", () => (progress = "handshake")))
    asking.once("upgrade", (response, socket, head) => {
      if (response.headers.upgrade === protocol) {
        resolve({ socket, head })
        return
      }
      socket.destroy()
      reject(new SubmissionError("ERR_SUBMISSION_REFUSED", "the recipient turns to another protocol"))
    })
    asking.once("response", (response) => {
      reject(declined(response))
      response.destroy()
    })
    asking.on("error", (cause) => reject(failureOf(progress, cause)))
    asking.end()
  })
}

function declined({ statusCode = 0 }: IncomingMessage): SubmissionError {
  const code = LATER.has(statusCode) ? "ERR_SUBMISSION_BUSY" : "ERR_SUBMISSION_REFUSED"
  return new SubmissionError(code, `the recipient answered HTTP ${statusCode} to Upgrade`)
}
