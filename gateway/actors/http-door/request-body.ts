/**
 * A request body as multipart events, pulled: nothing is read from the socket before somebody wants it. What was read is
 * freed when more is.
 */
import type { IncomingMessage } from "node:http"
import { letGo } from "../../standards/let-go.ts"
import type { MultipartEvent, MultipartReader } from "../../standards/soap/multipart-reader.ts"
import { RequestTooLarge } from "./refusal.ts"

/** The client or the line ended the request in the middle: there is nobody left to answer. */
export class ConnectionLost extends Error {}

export class RequestBody {
  readonly #octets: AsyncIterator<Uint8Array, undefined>
  readonly #multipart: MultipartReader
  readonly #maxBytes: number
  #events: MultipartEvent[] = []
  /** What the events at hand are views of. */
  #piece: Uint8Array = new Uint8Array(0)
  #lengthBytes = 0
  #ended = false
  #lost = false

  constructor(request: IncomingMessage, multipart: MultipartReader, maxBytes: number) {
    // Not destroyed on return: after a refusal the rest is drained so that the answer arrives.
    this.#octets = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>
    this.#multipart = multipart
    this.#maxBytes = maxBytes
  }

  get isLost(): boolean {
    return this.#lost
  }

  get hasBareLineFeeds(): boolean {
    return this.#multipart.hasBareLineFeeds
  }

  /**
   * The next event, or null after the closing delimiter and the end of the request. Octets of the one before it are gone
   * then.
   *
   * @throws Malformed MULTIPART_…, RequestTooLarge, ConnectionLost
   */
  async next(): Promise<MultipartEvent | null> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) return event
      if (this.#ended) return null
      this.#events = [...(await this.#read())]
    }
  }

  /** Lets go of the request, which is then no longer paused for us. */
  async release(): Promise<void> {
    await this.#octets.return?.()
  }

  async #read(): Promise<readonly MultipartEvent[]> {
    letGo(this.#piece)
    const { done, value } = await this.#pull()
    if (done === true) {
      this.#ended = true
      return this.#multipart.end()
    }
    this.#piece = value
    this.#lengthBytes += value.length
    if (this.#lengthBytes > this.#maxBytes) throw new RequestTooLarge(this.#maxBytes)
    return this.#multipart.write(value)
  }

  async #pull(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      return await this.#octets.next()
    } catch (cause) {
      this.#lost = true
      throw new ConnectionLost("the request ended early", { cause })
    }
  }
}
