/**
 * Self-tests over the local door: `POST /self-tests` begins one, `GET /self-tests/ID` tells how far it has come, and
 * `POST /self-tests/ID/end` destroys what there is of it.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { SelfTestDesk } from "../../journey/ports/self-test.ts"
import { send, sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { readSelfTestBody, readUserBody } from "./bodies.ts"
import { refusalOf } from "./refusal-of.ts"

export const SELF_TESTS_PATH = "/self-tests"

/** @param onFault faults that are ours, for the log */
export const selfTestRoute =
  (desk: SelfTestDesk, onFault: (error: unknown) => void) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const value = await answer(desk, request)
      send(response, 200, { "Content-Type": "application/json" }, Buffer.from(JSON.stringify(value)))
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status === 500) onFault(error)
      if (response.headersSent) response.destroy()
      else sendRefusal(response, refusal)
    }
  }

async function answer(desk: SelfTestDesk, request: IncomingMessage): Promise<unknown> {
  const [, , id, last, ...more] = (request.url ?? "").split("/")
  const route = `${request.method ?? ""} ${[id === undefined ? "" : "ID", last ?? "", ...more].join("/")}`
  if (route === "POST /") {
    const { user, agreement } = await readSelfTestBody(request)
    return desk.begin(user, agreement)
  }
  if (route === "GET ID/") return desk.look(id ?? "")
  if (route === "POST ID/end") return desk.end(id ?? "", (await readUserBody(request)).user)
  throw new HttpRefusal(404, "nothing is served here")
}
