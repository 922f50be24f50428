/** A line between two hosts that a test shuts and opens; whoever calls through a shut one is cut off at once. TLS passes unseen. */
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"

export class Gate {
  readonly #server: Server
  readonly #ends = new Set<Socket>()
  #open = true

  private constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, port))
  }

  /** @param port on this machine, to which it leads */
  static async to(port: number): Promise<Gate> {
    const gate = new Gate(port)
    gate.#server.listen(0, "127.0.0.1")
    await once(gate.#server, "listening")
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  open(): void {
    this.#open = true
  }
  shut(): void {
    this.#open = false
    for (const end of this.#ends) end.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.shut()
    this.#server.close()
    await once(this.#server, "close")
  }

  #join(near: Socket, port: number): void {
    if (!this.#open) {
      near.destroy()
      return
    }
    const far = connect(port, "127.0.0.1")
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end)
      end.on("error", () => other.destroy())
      end.on("close", () => {
        this.#ends.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  }
}
