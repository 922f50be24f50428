/** A line between two hosts: so many bits per second, and every few seconds all its connections break. TLS passes unseen. */
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

const STEP_MS = 20

export interface LineTerms {
  readonly mbitPerSecond: number
  /** 0 = never. */
  readonly cutEveryMs: number
  readonly port: number
}

export class BreakingLine {
  /** What went to the far end. */
  bytes = 0
  /** What each cut cost: bytes of connections that were broken. */
  readonly lost: number[] = []
  readonly #server: Server
  readonly #ends = new Set<Socket>()
  /** By connection that is open. */
  readonly #carried = new Map<Socket, number>()
  readonly #stopped = new AbortController()
  #allowance = 0

  private constructor({ mbitPerSecond, cutEveryMs, port }: LineTerms) {
    const perStep = (mbitPerSecond * 125_000 * STEP_MS) / 1000
    this.#server = createServer((near) => void this.#join(near, port))
    void this.#every(STEP_MS, () => (this.#allowance = Math.min(4 * perStep, this.#allowance + perStep)))
    if (cutEveryMs > 0) void this.#every(cutEveryMs, () => this.#cut())
  }

  static async open(terms: LineTerms): Promise<BreakingLine> {
    const line = new BreakingLine(terms)
    line.#server.listen(0, "127.0.0.1")
    await once(line.#server, "listening")
    return line
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    this.#cut()
    this.#server.close()
    await once(this.#server, "close")
  }

  #cut(): void {
    if (this.#ends.size === 0) return
    this.lost.push([...this.#carried.values()].reduce((sum, bytes) => sum + bytes, 0))
    for (const end of this.#ends) end.resetAndDestroy()
  }

  async #join(near: Socket, port: number): Promise<void> {
    const far = connect(port, "127.0.0.1")
    for (const end of [near, far]) {
      this.#ends.add(end)
      end.setNoDelay(true).on("error", () => undefined)
      end.on("close", () => {
        this.#ends.delete(end)
        this.#carried.delete(near)
        near.destroy()
        far.destroy()
      })
    }
    far.pipe(near)
    try {
      for await (const piece of near as AsyncIterable<Buffer>) {
        await this.#turn(piece.length)
        this.bytes += piece.length
        this.#carried.set(near, (this.#carried.get(near) ?? 0) + piece.length)
        far.write(piece)
      }
      far.end()
    } catch {
      // It was cut; who sent it knows.
      far.destroy()
    }
  }

  async #turn(bytes: number): Promise<void> {
    while (this.#allowance < bytes / 8 && !this.#stopped.signal.aborted) await sleep(STEP_MS / 4)
    this.#allowance -= bytes
  }

  async #every(milliseconds: number, act: () => void): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await sleep(milliseconds, undefined, { ref: false })
      act()
    }
  }
}
