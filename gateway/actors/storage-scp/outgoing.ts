/** What goes out on one accepted association: PDUs that wait for a peer who reads slowly, messages that do not mix. */
import { once } from "node:events"
import type { Socket } from "node:net"
import { encodeCommand, type KnownCommand } from "../../standards/dicom/dimse.ts"
import { fragmentsOf } from "../../standards/dicom/fragments.ts"
import { PDataStream } from "../../standards/dicom/p-data-stream.ts"
import { encodePdu, type Pdu } from "../../standards/dicom/pdu.ts"
import type { Timers } from "./surroundings.ts"

export class Outgoing {
  readonly #socket: Socket
  readonly #timers: Timers
  readonly #stallMs: number
  /** Of the peer, by its A-ASSOCIATE-RQ. */
  peerMaximumLengthBytes = 0
  #messages: Promise<unknown> = Promise.resolve()

  constructor(socket: Socket, timers: Timers, stallMs: number) {
    this.#socket = socket
    this.#timers = timers
    this.#stallMs = stallMs
  }

  pdu(pdu: Pdu): Promise<void> {
    return this.#write(encodePdu(pdu))
  }

  /** A response: its command set in as few P-DATA-TF as the peer's maximum length allows, each one write. */
  response(contextId: number, commandSet: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#commandSet(contextId, commandSet))
  }

  /** A request of ours with its small data set. */
  request(contextId: number, command: KnownCommand, dataSet: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#commandSet(contextId, encodeCommand(command))
      const stream = new PDataStream(contextId, this.peerMaximumLengthBytes)
      // The stream uses its memory again, and the socket may still hold it.
      for (const block of stream.push(dataSet)) await this.#write(block.slice())
      await this.#write(stream.end().slice())
    })
  }

  async #commandSet(contextId: number, commandSet: Uint8Array): Promise<void> {
    for (const value of fragmentsOf(contextId, true, commandSet, this.peerMaximumLengthBytes))
      await this.#write(encodePdu({ type: "P-DATA-TF", values: [value] }))
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#messages.then(work)
    this.#messages = mine.catch(() => undefined)
    return mine
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.writable || this.#socket.write(bytes)) return
    // A peer that asks and never reads the answers is idle as well.
    const stop = this.#timers.after(this.#stallMs, () => this.#socket.destroy())
    const closed = new AbortController()
    const onClose = (): void => closed.abort()
    this.#socket.once("close", onClose)
    try {
      await once(this.#socket, "drain", { signal: closed.signal })
    } catch (fault) {
      if (!closed.signal.aborted && !this.#socket.destroyed) throw fault
    } finally {
      stop()
      this.#socket.off("close", onClose)
    }
  }
}
