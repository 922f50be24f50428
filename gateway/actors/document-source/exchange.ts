/**
 * One HTTP exchange over mutual TLS: send with back-pressure, take the answer whenever it comes, and know how far it
 * got when it fails.
 */
import type { ClientRequest, IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { SubmissionError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"
import { EXCHANGE_TIMEOUTS, type ExchangeTimeouts } from "./endpoint.ts"
import { cutAnswer, failureOf, type Progress } from "./failure.ts"
import type { RequestMessage } from "./message.ts"
import type { Opening } from "./opening.ts"

/** An answer as it came, not yet understood. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/** 4,000 RegistryErrors with long contexts fit. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

export interface ExchangeTerms {
  /** Ask before sending. */
  readonly expectContinue: boolean
  readonly timeouts?: Partial<ExchangeTimeouts>
}

export class Exchange {
  readonly #opening: Opening
  readonly #timeouts: ExchangeTimeouts
  readonly #request: ClientRequest
  readonly #asks: boolean
  #progress: Progress = "connecting"
  #response: IncomingMessage | null = null
  #failure: Error | null = null
  #mayContinue = false
  /** Resolves the one wait in progress: for drain, for 100 (Continue), for the answer. */
  #wake: () => void = () => undefined

  constructor(opening: Opening, message: RequestMessage, { expectContinue, timeouts }: ExchangeTerms) {
    this.#opening = opening
    this.#timeouts = { ...EXCHANGE_TIMEOUTS, ...timeouts }
    this.#asks = expectContinue
    this.#request = opening.post({
      "Content-Type": message.contentType,
      "Content-Length": message.lengthBytes,
      ...(message.accept === undefined ? {} : { Accept: message.accept }),
      ...(expectContinue ? { Expect: "100-continue" } : {}),
    })
    this.#watch()
  }

  /** @throws SubmissionError; whatever the documents throw while they are read comes through unchanged */
  async run(pieces: AsyncIterable<Uint8Array>, progress: (bytesSent: number) => void): Promise<HttpAnswer> {
    try {
      await this.#connected()
      await this.#permitted()
      await this.#send(pieces, progress)
      return await this.#answer()
    } finally {
      // No more than a word after an exchange that came to its end.
      this.#request.destroy()
      this.#opening.end()
    }
  }

  #watch(): void {
    const request = this.#request
    request.on("socket", (socket) => this.#watchSocket(socket))
    request.on("continue", () => {
      this.#mayContinue = true
      this.#wake()
    })
    request.on("response", (response) => {
      this.#response = response
      this.#wake()
    })
    request.on("drain", () => this.#wake())
    request.on("error", (error) => this.#fail(error))
    request.on("close", () => this.#fail(new Error("the connection was closed")))
  }

  #watchSocket(socket: Socket): void {
    if (this.#opening.isHeld) {
      this.#progress = "held"
      this.#wake()
      return
    }
    socket.once("connect", () => {
      this.#progress = "handshake"
    })
    socket.once("secureConnect", () => {
      this.#progress = "connected"
      this.#wake()
    })
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }

  async #connected(): Promise<void> {
    this.#request.flushHeaders()
    const isOpen = (): boolean => this.#progress === "connected" || this.#progress === "held"
    await this.#until(isOpen, this.#timeouts.connectMs)
    if (!isOpen()) throw failureOf(this.#progress, new Error("no connection in time"))
  }

  /** Waits for 100 (Continue), or for a final answer, or goes ahead with a server that knows neither. */
  async #permitted(): Promise<void> {
    if (this.#asks) await this.#until(() => this.#mayContinue, this.#timeouts.continueMs)
  }

  async #send(pieces: AsyncIterable<Uint8Array>, progress: (bytesSent: number) => void): Promise<void> {
    let bytesSent = 0
    for await (const piece of pieces) {
      // The recipient has already answered: it will not read the rest.
      if (this.#response !== null) return
      this.#progress = "sending"
      await this.#write(piece)
      bytesSent += piece.length
      progress(bytesSent)
    }
    this.#request.end()
  }

  async #write(piece: Uint8Array): Promise<void> {
    if (this.#request.write(piece)) {
      this.#throwFailure()
      return
    }
    const isMoving = await this.#until(() => !this.#request.writableNeedDrain, this.#timeouts.idleMs)
    if (!isMoving) throw failureOf(this.#progress, new Error("the recipient stopped reading"))
  }

  async #answer(): Promise<HttpAnswer> {
    await this.#until(() => false, this.#timeouts.answerMs)
    const response = this.#response
    if (response === null) throw failureOf(this.#progress, new Error("no answer in time"))
    // It has begun, and must end too.
    const giveUp = setTimeout(
      () => response.destroy(new Error("the answer did not end in time")),
      this.#timeouts.answerMs,
    )
    try {
      return {
        status: response.statusCode ?? 0,
        contentType: response.headers["content-type"] ?? "",
        body: await readWhole(response),
      }
    } catch (cause) {
      throw cutAnswer(cause)
    } finally {
      clearTimeout(giveUp)
    }
  }

  /** Waits until `isDone` or an answer; false when neither came in time. @throws SubmissionError when it failed */
  async #until(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    const isOver = (): boolean => isDone() || this.#response !== null || this.#failure !== null
    const deadline = { isPast: false }
    const timer = setTimeout(() => {
      deadline.isPast = true
      this.#wake()
    }, timeoutMs)
    while (!isOver() && !deadline.isPast) await new Promise<void>((resolve) => (this.#wake = resolve))
    clearTimeout(timer)
    this.#throwFailure()
    return isOver()
  }

  /** An answer counts even when the connection broke after it. */
  #throwFailure(): void {
    if (this.#failure !== null && this.#response === null) throw failureOf(this.#progress, this.#failure)
  }
}

const readWhole = (response: IncomingMessage): Promise<Uint8Array> =>
  collected(
    response,
    MAX_ANSWER_BYTES,
    () => new SubmissionError("ERR_SUBMISSION_UNANSWERED", "the answer is too large to be one"),
  )
