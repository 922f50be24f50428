/**
 * A relay between two ends of ITI-41 that does what lines and the boxes on them do: it loses answers, doubles requests,
 * breaks them off, and delivers some when their sender has long given them up. It ends the TLS of both sides with their
 * keys; nothing in a request is changed.
 */
import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, request, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import type { ConnectionOptions, TlsOptions } from "node:tls"

/**
 * pass · lost: it arrived, its answer did not · cut: half of it arrived · twice: again after its answer, which is
 * the second's · at-once: two copies side by side, the answer is of whichever came first · late: the line broke, and a
 * copy arrives after the next requests
 */
export const FATES = ["pass", "lost", "cut", "twice", "at-once", "late"] as const
export type Fate = (typeof FATES)[number]

interface Letter {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
}

export interface RelayEnds {
  /** As which it is called. */
  readonly as: TlsOptions
  /** How it calls the recipient. */
  readonly calling: ConnectionOptions
  readonly recipientPort: number
  /** What becomes of the `again`-th attempt of this message, by its boundary; from 0. */
  readonly fate: (contentType: string, again: number) => Fate
}

export class UnrulyRelay {
  /** Requests as they came, by their Content-Type, whose boundary follows from the submission. */
  readonly letters = new Map<string, Letter[]>()
  readonly fates: Fate[] = []
  /** What was answered to copies that arrived out of their time. */
  readonly belated: Answer[] = []
  /** Late copies wait, for days if need be, until it is false again. */
  holdsLate = false
  readonly #ends: RelayEnds
  readonly #server: Server
  #late: Letter[] = []
  readonly #underWay = new Set<Promise<void>>()

  private constructor(ends: RelayEnds) {
    this.#ends = ends
    this.#server = createServer(ends.as, (incoming, response) => {
      const passing = this.#take(incoming, response)
      this.#underWay.add(passing)
      void passing.finally(() => this.#underWay.delete(passing))
    })
  }

  static async open(ends: RelayEnds): Promise<UnrulyRelay> {
    const relay = new UnrulyRelay(ends)
    relay.#server.listen(0, "127.0.0.1")
    await once(relay.#server, "listening")
    return relay
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/xdr/recipient`
  }

  /** Delivers what is still on its way, the last first. True when there was something. */
  async comeToRest(): Promise<boolean> {
    const wasMoving = this.#underWay.size > 0 || (this.#late.length > 0 && !this.holdsLate)
    await Promise.all([...this.#underWay, this.#deliverLate()])
    return wasMoving
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, "close")
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const letter = {
      path: incoming.url ?? "/",
      contentType: incoming.headers["content-type"] ?? "",
      body: await whole(incoming),
    }
    const before = this.letters.get(letter.contentType) ?? []
    this.letters.set(letter.contentType, [...before, letter])
    const fate = this.#ends.fate(letter.contentType, before.length)
    this.fates.push(fate)
    const answer = await this.#deliver(letter, fate)
    if (answer === null) incoming.socket.destroy()
    else response.writeHead(answer.status, { "Content-Type": answer.contentType }).end(answer.body)
    if (fate !== "late") await this.#deliverLate()
  }

  /** null: the sender hears nothing. */
  async #deliver(letter: Letter, fate: Fate): Promise<Answer | null> {
    if (fate === "late") {
      this.#late.push(letter)
      return null
    }
    if (fate === "cut") return this.#half(letter)
    const first = this.#forward(letter)
    if (fate === "lost") return first.then(() => null)
    if (fate === "twice") return first.then(() => this.#forward(letter))
    if (fate === "pass") return first
    const both = [first, this.#forward(letter)]
    const answer = await Promise.race(both)
    await Promise.all(both)
    return answer
  }

  async #deliverLate(): Promise<void> {
    if (this.holdsLate) return
    const late = this.#late.toReversed()
    this.#late = []
    for (const letter of late) this.belated.push(await this.#forward(letter))
  }

  async #forward(letter: Letter): Promise<Answer> {
    const outgoing = this.#call(letter)
    outgoing.end(letter.body)
    const [answered] = (await once(outgoing, "response")) as [IncomingMessage]
    return {
      status: answered.statusCode ?? 0,
      contentType: answered.headers["content-type"] ?? "",
      body: await whole(answered),
    }
  }

  async #half(letter: Letter): Promise<null> {
    const outgoing = this.#call(letter)
    const closed = new Promise((resolve) => outgoing.once("close", resolve))
    outgoing.on("error", () => undefined) // of the socket we hang up ourselves
    outgoing.write(letter.body.subarray(0, letter.body.length / 2), () => outgoing.destroy())
    await closed
    return null
  }

  #call({ path, contentType, body }: Letter) {
    return request({
      ...this.#ends.calling,
      host: "127.0.0.1",
      port: this.#ends.recipientPort,
      path,
      method: "POST",
      headers: { "Content-Type": contentType, "Content-Length": body.length },
      agent: false,
    })
  }
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}
