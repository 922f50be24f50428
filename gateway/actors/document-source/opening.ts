/** How one exchange gets its connection: called for it, or lent. */
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"
import { request as httpRequest, type ClientRequest, type OutgoingHttpHeaders } from "node:http"
import type { Endpoint, HeldEndpoint } from "./endpoint.ts"

export interface Opening {
  /** Was it open before? Then a failure before the first byte of the message is not one of TLS. */
  readonly isHeld: boolean
  /** A POST that is not sent yet. */
  post(headers: OutgoingHttpHeaders): ClientRequest
  /** The exchange is over, well or not. */
  end(): void
}

/** @throws SubmissionError where the recipient holds no connection open */
export async function open(endpoint: Endpoint | HeldEndpoint): Promise<Opening> {
  return "lend" in endpoint ? lent(endpoint) : called(endpoint)
}

/** A connection of its own each time, so that no stale one makes a failure ambiguous. */
function called({ url, tls }: Endpoint): Opening {
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 })
  return {
    isHeld: false,
    post: (headers) => httpsRequest(url, { ...tls, agent, method: "POST", headers }),
    end: () => agent.destroy(),
  }
}

async function lent({ url, lend }: HeldEndpoint): Promise<Opening> {
  const { agent, giveBack } = await lend()
  const { host, pathname } = new URL(url)
  return {
    isHeld: true,
    post: (headers) =>
      httpRequest({ agent, method: "POST", path: pathname, headers: { Host: host, ...headers } }),
    end: giveBack,
  }
}
