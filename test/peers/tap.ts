/**
 * Somebody who listens in on the wire between two gateways: ends the TLS of one with the keys of the other, keeps
 * every request and answer as they came, and passes both on unchanged. Pins keep everybody else from this.
 */
import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, request, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import { join } from "node:path"

export interface Exchange {
  readonly contentType: string
  readonly body: Buffer
  readonly status: number
  readonly answer: Buffer
}

interface Ends {
  readonly pki: string
  readonly from: string
  readonly to: string
  readonly port: number
}

export class Tap {
  readonly exchanges: Exchange[] = []
  /** Requests that were kept from the other end while `holds` is on: the line breaks instead. */
  readonly held: Pick<Exchange, "contentType" | "body">[] = []
  holds = false
  readonly #server: Server
  readonly #ends: Ends

  private constructor(server: Server, ends: Ends) {
    this.#server = server
    this.#ends = ends
  }

  /** Between the gateways `from` and `to`, which listens on `port`. */
  static async open(pki: string, from: string, to: string, port: number): Promise<Tap> {
    const server = createServer({ ...keys(pki, to), requestCert: true, rejectUnauthorized: true })
    const tap = new Tap(server, { pki, from, to, port })
    server.on("request", (incoming, response) => void tap.#pass(incoming, response))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return tap
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/xdr/recipient`
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, "close")
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await whole(incoming)
      const contentType = incoming.headers["content-type"] ?? ""
      if (this.holds) {
        this.held.push({ contentType, body })
        incoming.socket.destroy()
        return
      }
      const answered = await this.#forward(incoming, body)
      const answer = await whole(answered)
      this.exchanges.push({ contentType, body, status: answered.statusCode ?? 0, answer })
      response.writeHead(answered.statusCode ?? 502, answered.headers).end(answer)
    } catch {
      // The other end is down: so is the line.
      incoming.socket.destroy()
    }
  }

  async #forward(incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { pki, from, port } = this.#ends
    const outgoing = request({
      ...keys(pki, from),
      host: "127.0.0.1",
      port,
      path: incoming.url,
      method: incoming.method,
      headers: incoming.headers,
      checkServerIdentity: () => undefined,
      agent: false,
    })
    outgoing.end(body)
    const [answered] = (await once(outgoing, "response")) as [IncomingMessage]
    return answered
  }
}

function keys(pki: string, role: string) {
  return {
    key: readFileSync(join(pki, role, "tls.key.pem")),
    cert: readFileSync(join(pki, role, "tls.chain.pem")),
    ca: readFileSync(join(pki, "trust", "tls-ca.pem")),
  }
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}
