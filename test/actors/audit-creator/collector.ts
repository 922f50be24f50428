/** A collector under the test's control: RFC 5425 frames over mutual TLS; of each the user it names is kept, in order. */
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { createServer, type Server, type TlsOptions, type TLSSocket } from "node:tls"

export class TestCollector {
  readonly users: string[] = []
  readonly arrivals: number[] = []
  readonly #server: Server
  readonly #sockets = new Set<TLSSocket>()
  #port = 0
  connections = 0
  /** Called with every chunk; may destroy the socket. */
  onChunk: (socket: TLSSocket) => void = () => undefined

  private constructor(tls: TlsOptions, allowHalfOpen: boolean) {
    this.#server = createServer({ ...tls, allowHalfOpen } as TlsOptions, (socket) => this.#serve(socket))
  }

  /** @param silent does not end a connection when the sender did, against RFC 5425 4.4 */
  static async listen(tls: TlsOptions, port = 0, silent = false): Promise<TestCollector> {
    const collector = new TestCollector(tls, silent)
    collector.#server.listen(port, "127.0.0.1")
    await once(collector.#server, "listening")
    collector.#port = (collector.#server.address() as AddressInfo).port
    return collector
  }

  get port(): number {
    return this.#port
  }

  /** Goes as a process that is killed does. */
  async kill(): Promise<void> {
    const closed = once(this.#server, "close")
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: TLSSocket): void {
    this.connections += 1
    this.#sockets.add(socket)
    socket.on("close", () => this.#sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    let held = Buffer.alloc(0)
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (;;) {
        const space = held.indexOf(0x20)
        const length = Number(held.subarray(0, Math.max(space, 0)).toString("latin1"))
        if (space < 0 || held.length < space + 1 + length) break
        const message = held.subarray(space + 1, space + 1 + length).toString("utf8")
        this.users.push(/<ActiveParticipant UserID="([^"]*)"/.exec(message)?.[1] ?? "")
        this.arrivals.push(performance.now())
        held = held.subarray(space + 1 + length)
      }
      this.onChunk(socket)
    })
  }
}
