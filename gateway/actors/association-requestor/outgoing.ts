/** What goes out on one requested association: PDUs, and messages that do not mix with one another. */
import type { Socket } from "node:net"
import { encodeCommand, type KnownCommand } from "../../standards/dicom/dimse.ts"
import { fragmentsOf } from "../../standards/dicom/fragments.ts"
import { PDataStream } from "../../standards/dicom/p-data-stream.ts"
import { encodePdu, type Pdu } from "../../standards/dicom/pdu.ts"
import type { Timers } from "./remote.ts"
import { write } from "./transport.ts"

/** Chunks of any size; each may be used again once the next is asked for. */
export type DataSetBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface OutgoingOptions {
  readonly timers: Timers
  /** A peer that reads nothing for so long is left. */
  readonly stallMs: number
  /** Evt9 (PS3.8 table 9-10). Throws when nothing may be said any more. */
  readonly requestData: () => void
}

export class Outgoing {
  readonly #socket: Socket
  readonly #options: OutgoingOptions
  /** Of the peer, by its A-ASSOCIATE-AC. */
  peerMaximumLengthBytes = 0
  #messages: Promise<unknown> = Promise.resolve()

  constructor(socket: Socket, options: OutgoingOptions) {
    this.#socket = socket
    this.#options = options
  }

  pdu(pdu: Pdu): Promise<void> {
    return this.#write(encodePdu(pdu))
  }

  /** Command and data set, once every message before is out. Rejects with what the data set throws, half of it sent. */
  message(contextId: number, command: KnownCommand, dataSet: DataSetBytes | null): Promise<void> {
    const mine = this.#messages.then(async () => {
      const commandSet = encodeCommand(command)
      for (const value of fragmentsOf(contextId, true, commandSet, this.peerMaximumLengthBytes))
        await this.#data(encodePdu({ type: "P-DATA-TF", values: [value] }))
      if (dataSet !== null) await this.#dataSet(contextId, dataSet)
    })
    this.#messages = mine.catch(() => undefined)
    return mine
  }

  async #dataSet(contextId: number, dataSet: DataSetBytes): Promise<void> {
    const stream = new PDataStream(contextId, this.peerMaximumLengthBytes)
    for await (const chunk of dataSet) for (const block of stream.push(chunk)) await this.#data(block)
    await this.#data(stream.end())
  }

  /** One or more whole P-DATA-TF; the memory may be used again when it resolves. */
  async #data(bytes: Uint8Array): Promise<void> {
    this.#options.requestData()
    await this.#write(bytes)
  }

  #write(bytes: Uint8Array): Promise<void> {
    const { timers, stallMs } = this.#options
    return write(this.#socket, bytes, timers, stallMs)
  }
}
