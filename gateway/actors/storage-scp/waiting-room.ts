/**
 * Connections that have no association: those that have not asked yet, and those that were refused and linger. They have
 * so many places and no more. When one too many comes in, the address that holds most of them loses its oldest: whoever
 * opens a thousand connections and says nothing on them turns out himself, and a device that comes to store finds a place.
 */
import type { Socket } from "node:net"

export class WaitingRoom {
  readonly #places: number
  /** By address and port of the peer, who waits longest first. */
  readonly #waiting = new Map<string, Socket>()

  constructor(places: number) {
    this.#places = places
  }

  get size(): number {
    return this.#waiting.size
  }

  /** @param socket as TCP accepted it, before any TLS */
  enter(socket: Socket): void {
    const key = keyOf(socket)
    // Gone before it was accepted.
    if (socket.remoteAddress === undefined) return
    this.#waiting.set(key, socket)
    socket.once("close", () => {
      if (this.#waiting.get(key) === socket) this.#waiting.delete(key)
    })
    if (this.#waiting.size > this.#places) this.#turnOut()
  }

  /** It has an association now. @param socket the one that came in, or its TLS */
  leave(socket: Socket): void {
    this.#waiting.delete(keyOf(socket))
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
