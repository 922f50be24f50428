/**
 * Media over the local door. A command asks what is to leave (`POST /media/plans`, again while something is still being made),
 * takes the files one by one (`GET /media/plans/TOKEN/N`), and says how it ended (`DELETE`). What came on a medium goes in as
 * an ITI-41 request; the metadata that were encrypted for us are opened first (`POST /media/metadata`).
 */
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { pipeline } from "node:stream/promises"
import type { MediaDesk, MediumFile, MediumPlan } from "../../journey/ports/media.ts"
import { send, sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { refusalOf } from "./refusal-of.ts"
import { readBytes, readPlanBody, readEndBody } from "./bodies.ts"

/** Twice what the metadata of 4,000 documents need. */
const MAX_SEALED_METADATA_BYTES = 65 * 1024 * 1024
/** Who begins another gives up the oldest. */
const MAX_PLANS = 4

interface Begun {
  readonly plan: MediumPlan
  begun: Promise<void> | null
}

export class MediaRoutes {
  readonly #desk: MediaDesk
  readonly #onFault: (error: unknown) => void
  readonly #plans = new Map<string, Begun>()

  /** @param onFault faults that are ours, for the log */
  constructor(desk: MediaDesk, onFault: (error: unknown) => void) {
    this.#desk = desk
    this.#onFault = onFault
  }

  /** Never rejects. */
  async enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status === 500) this.#onFault(error)
      if (response.headersSent) response.destroy()
      else sendRefusal(response, refusal)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const steps = (request.url ?? "").split("/").slice(1)
    const route = `${request.method ?? ""} ${steps.slice(0, 2).join("/")} ${steps.length}`
    if (route === "POST media/plans 2") return this.#plan(request, response)
    if (route === "GET media/plans 4") return this.#file(steps, response)
    if (route === "DELETE media/plans 3") return this.#end(steps, request, response)
    if (route === "POST media/metadata 2") return this.#metadata(request, response)
    throw new HttpRefusal(404, "nothing is served here")
  }

  async #plan(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { user, medium, what } = await readPlanBody(request)
    const plan = await this.#desk.plan(user, medium, what)
    const { recipients, submissions, underWay, waiting, files } = plan
    const token = waiting.length > 0 ? null : this.#keep(plan)
    const listed = files.map(({ path, lengthBytes, sha1 }) => ({ path, lengthBytes, sha1 }))
    sendJson(response, { token, recipients, submissions, underWay, waiting, files: listed })
  }

  #keep(plan: MediumPlan): string {
    const token = randomUUID()
    this.#plans.set(token, { plan, begun: null })
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest)
    return token
  }

  async #file([, , token = "", number = ""]: readonly string[], response: ServerResponse): Promise<void> {
    const begun = this.#begun(token)
    const file = begun.plan.files[Number(number)]
    if (file === undefined) throw new HttpRefusal(404, "the plan has no such file")
    await begun.plan.check()
    begun.begun ??= begun.plan.begin()
    await begun.begun
    await sendFile(response, file)
  }

  async #end(
    [, , token = ""]: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { failed } = await readEndBody(request)
    const { plan, begun } = this.#begun(token)
    this.#plans.delete(token)
    if (failed !== null && begun !== null) await plan.failed(failed)
    sendJson(response, {})
  }

  async #metadata(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const clear = await this.#desk.open(await readBytes(request, MAX_SEALED_METADATA_BYTES))
    send(response, 200, { "Content-Type": "application/xml" }, clear)
  }

  #begun(token: string): Begun {
    const begun = this.#plans.get(token)
    if (begun === undefined) throw new HttpRefusal(404, "there is no such plan any more: begin again")
    return begun
  }
}

async function sendFile(response: ServerResponse, file: MediumFile): Promise<void> {
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    ...(file.lengthBytes === null ? {} : { "Content-Length": file.lengthBytes }),
  })
  await pipeline(file.open(), response)
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, { "Content-Type": "application/json" }, Buffer.from(JSON.stringify(value)))
}
