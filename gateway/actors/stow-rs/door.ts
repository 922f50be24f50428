/** One request at the origin server: who is it, what is it, what became of its objects. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { FileHandler } from "../../journey/ports/inbound.ts"
import { PROCESSING_FAILURE, type StoredPart } from "../../standards/dicomweb/store-response.ts"
import { Malformed } from "../../standards/malformed.ts"
import { MultipartReader } from "../../standards/soap/multipart-reader.ts"
import { sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { ConnectionLost, RequestBody } from "../http-door/request-body.ts"
import { answerStored } from "./answer.ts"
import type { StoreLimits } from "./limits.ts"
import type { StoreOptions } from "./options.ts"
import { Reception } from "./reception.ts"
import { readHead, type StoreHead } from "./request-head.ts"
import { senderOf } from "./senders.ts"

export class Door {
  readonly #options: StoreOptions
  readonly #limits: StoreLimits
  readonly #handler: FileHandler
  #requests = 0

  constructor(options: StoreOptions, limits: StoreLimits, handler: FileHandler) {
    this.#options = options
    this.#limits = limits
    this.#handler = handler
  }

  /** Never rejects: whatever goes wrong is answered or told to `onFault`. */
  async enter(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    this.#requests += 1
    try {
      const sender = senderOf(request, this.#options)
      const head = readHead(request, this.#limits.maxRequestBytes)
      if (this.#requests > this.#limits.maxRequests)
        throw new HttpRefusal(503, "too many requests at once", { "Retry-After": "1" })
      const { maxParts, maxPartHeaderBytes } = this.#limits
      const multipart = new MultipartReader(head.boundary, { maxParts, maxHeaderBytes: maxPartHeaderBytes })
      if (expectsContinue) response.writeContinue()
      await this.#store(request, response, sender.aeTitle, head, multipart)
    } catch (error) {
      this.#answer(response, error)
    } finally {
      this.#requests -= 1
    }
  }

  async #store(
    request: IncomingMessage,
    response: ServerResponse,
    callingAE: string,
    { StudyInstanceUID }: StoreHead,
    multipart: MultipartReader,
  ): Promise<void> {
    const intake = this.#handler.open({ callingAE, remoteAddress: request.socket.remoteAddress ?? "" })
    const body = new RequestBody(request, multipart, this.#limits.maxRequestBytes)
    const reception = new Reception(intake, StudyInstanceUID)
    let parts: StoredPart[]
    try {
      parts = await this.#taken(reception, body)
    } finally {
      void body.release()
      await intake.end()
    }
    answerStored(response, parts)
  }

  /** What is stored is told of, also when the rest of the request is not one. */
  async #taken(reception: Reception, body: RequestBody): Promise<StoredPart[]> {
    try {
      await reception.take(body)
    } catch (error) {
      const parts = await reception.settled()
      if (!parts.some(({ status }) => status === 0)) throw error
      return [...parts, { ...brokenOff(error, this.#options.onFault), part: reception.began }]
    }
    const parts = await reception.settled()
    if (parts.length === 0) throw new HttpRefusal(400, "the request has no part")
    return parts
  }

  #answer(response: ServerResponse, error: unknown): void {
    if (error instanceof HttpRefusal) sendRefusal(response, error)
    else if (error instanceof Malformed) sendRefusal(response, new HttpRefusal(400, error.message))
    else if (!(error instanceof ConnectionLost)) {
      this.#options.onFault(error)
      sendRefusal(response, new HttpRefusal(500, "the gateway could not do this"))
    }
  }
}

/** The rest of a request, as one failure that is no object's. */
function brokenOff(error: unknown, onFault: (error: unknown) => void) {
  const isForeseen =
    error instanceof Malformed || error instanceof HttpRefusal || error instanceof ConnectionLost
  if (!isForeseen) onFault(error)
  const comment = isForeseen ? error.message.slice(0, 64) : "the gateway could not do this"
  return { status: PROCESSING_FAILURE, comment, became: "refused", instance: null } as const
}
