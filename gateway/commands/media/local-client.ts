/** What a command asks of the running gateway on this machine, over the socket in its data folder. */
import { once } from "node:events"
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http"
import { userInfo } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { SOCKET_FILE } from "../../actors/local-door/listen.ts"
import { systemCode } from "../../actors/portable-media/read-file.ts"
import { MediumError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"

/** The gateway could not be asked, or said no. */
export const unheard = (sentence: string, options?: ErrorOptions): MediumError =>
  new MediumError("ERR_MEDIUM_GATEWAY", sentence, options)

export interface LocalAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Uint8Array
}

/** A list of 99,999 files fits. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

export interface Asked {
  readonly method: "GET" | "POST" | "DELETE"
  readonly path: string
  readonly contentType?: string
  /** Absent for a body whose length is not known, and where there is none. */
  readonly lengthBytes?: number
  readonly body?: AsyncIterable<Uint8Array>
}

export class LocalClient {
  readonly #socketPath: string

  constructor(dataDir: string) {
    this.#socketPath = join(dataDir, SOCKET_FILE)
  }

  /** @throws MediumError when nobody answers, or with a sentence of who did, for a status that is no success */
  async ask(asked: Asked): Promise<LocalAnswer> {
    const answer = await this.answered(asked)
    if (answer.status !== 200) throw unheard(sentence(answer))
    return answer
  }

  /** Whatever is answered. @throws MediumError */
  async answered(asked: Asked): Promise<LocalAnswer> {
    return whole(await this.open(asked))
  }

  async json<Value>(method: Asked["method"], path: string, value: unknown): Promise<Value> {
    const bytes = Buffer.from(JSON.stringify(value))
    const { body } = await this.ask({
      method,
      path,
      contentType: "application/json",
      lengthBytes: bytes.length,
      body: one(bytes),
    })
    return JSON.parse(Buffer.from(body).toString("utf8")) as Value
  }

  /** The octets of an answer as they come. @throws as `ask` */
  octets(path: string): AsyncGenerator<Uint8Array> {
    return this.#answered({ method: "GET", path })
  }

  /** The same, of an answer to a question in JSON. @throws as `ask` */
  posted(path: string, json: Uint8Array): AsyncGenerator<Uint8Array> {
    const contentType = "application/json"
    return this.#answered({ method: "POST", path, contentType, lengthBytes: json.length, body: one(json) })
  }

  async *#answered(asked: Asked): AsyncGenerator<Uint8Array> {
    const response = await this.open(asked)
    if (response.statusCode !== 200) throw unheard(sentence(await whole(response)))
    yield* response as AsyncIterable<Uint8Array>
  }

  /** The answer's head. What the body throws while it is read comes through. @throws MediumError */
  async open({ method, path, contentType, lengthBytes, body }: Asked): Promise<IncomingMessage> {
    const request = httpRequest({
      socketPath: this.#socketPath,
      method,
      path,
      headers: {
        ...(contentType === undefined ? {} : { "Content-Type": contentType }),
        ...(lengthBytes === undefined ? {} : { "Content-Length": lengthBytes }),
      },
    })
    const answered = answerTo(request)
    await send(request, body, answered)
    return answered
  }
}

export const one = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** Who may ask is whom the socket lets; for the audit trail, also behind `sudo`. */
export const user = (): string => process.env.SUDO_USER ?? userInfo().username

/** A gateway that refuses may answer before it has read all: its answer says more than the broken pipe. */
async function send(
  request: ClientRequest,
  body: AsyncIterable<Uint8Array> | undefined,
  answered: Promise<unknown>,
): Promise<void> {
  answered.catch(() => undefined)
  if (body === undefined) {
    request.end()
    return
  }
  let fault: unknown = null
  async function* watched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      fault = error
      throw error
    }
  }
  try {
    await pipeline(watched(body), request)
  } catch (error) {
    if (error === fault || systemCode(error) === null) throw error
  }
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage]
    return response
  } catch (cause) {
    throw unanswered(cause)
  }
}

const NOBODY: Readonly<Record<string, string>> = {
  ENOENT: "the gateway does not run (no socket in its data folder)",
  ECONNREFUSED: "the gateway does not run",
  EACCES: "only the gateway's own user and root may do this: try `sudo`",
}

function unanswered(cause: unknown): MediumError {
  const code = systemCode(cause) ?? "no answer"
  return unheard(NOBODY[code] ?? `the gateway does not answer (${code})`, { cause })
}

async function whole(response: IncomingMessage): Promise<LocalAnswer> {
  const tooLarge = (): MediumError => unheard("the gateway's answer is too large to be one")
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? "",
    body: await collected(response, MAX_ANSWER_BYTES, tooLarge),
  }
}

const sentence = ({ status, body }: LocalAnswer): string =>
  Buffer.from(body).toString("utf8").trim() || `the gateway answers ${status}`
