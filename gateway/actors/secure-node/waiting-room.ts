/**
 * Connections that nobody serves at the moment: those that have not asked for anything yet, those that were refused and
 * linger, those that are kept for a next request. They have so many places and no more. When one too many comes in, the
 * address that holds most of them loses its oldest: whoever opens a thousand connections and says nothing on them turns out
 * himself, and a partner, a device or a person who comes to work finds a place.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Server, Socket } from "node:net"

export class WaitingRoom {
  readonly #places: number
  /** By address and port of the peer, who waits longest first. */
  readonly #waiting = new Map<string, Socket>()
  readonly #known = new WeakSet<Socket>()

  constructor(places: number) {
    this.#places = places
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @param socket as TCP accepted it, or the TLS on top of it */
  enter(socket: Socket): void {
    // Gone already.
    if (socket.destroyed || socket.remoteAddress === undefined) return
    const key = keyOf(socket)
    this.#waiting.set(key, socket)
    this.#forgetAtItsEnd(key, socket)
    if (this.#waiting.size > this.#places) this.#turnOut()
  }

  /** It is served now. @param socket the one that came in, or its TLS */
  leave(socket: Socket): void {
    this.#waiting.delete(keyOf(socket))
  }

  #forgetAtItsEnd(key: string, socket: Socket): void {
    if (this.#known.has(socket)) return
    this.#known.add(socket)
    socket.once("close", () => {
      if (this.#waiting.get(key) === socket) this.#waiting.delete(key)
    })
  }

  #turnOut(): void {
    const oldest = new Map<string, { readonly key: string; count: number }>()
    for (const [key, { remoteAddress = "" }] of this.#waiting) {
      const held = oldest.get(remoteAddress) ?? { key, count: 0 }
      held.count += 1
      oldest.set(remoteAddress, held)
    }
    const [most] = [...oldest.values()].sort((one, other) => other.count - one.count)
    if (most === undefined) return
    this.#waiting.get(most.key)?.destroy()
    this.#waiting.delete(most.key)
  }
}

/** TLS on top of a connection has the same ends. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/**
 * A guard for an HTTP server, in TLS or not: a connection waits from its beginning to its first whole head, and between
 * requests. One that became a WebSocket waits no more.
 */
export function httpGuard(places: number): (server: Server) => void {
  return (server) => {
    const room = new WaitingRoom(places)
    const serve = ({ socket }: IncomingMessage, response: ServerResponse): void => {
      room.leave(socket)
      response.once("close", () => room.enter(socket))
    }
    server.prependListener("connection", (socket) => room.enter(socket))
    server.prependListener("request", serve)
    server.prependListener("checkContinue", serve)
    server.prependListener("upgrade", ({ socket }: IncomingMessage) => room.leave(socket))
  }
}
