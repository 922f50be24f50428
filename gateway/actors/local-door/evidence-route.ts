/** Evidence packages over the local door: `POST /evidence/packages` answers with the ZIP, its name in Content-Disposition. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { EvidenceDesk } from "../../journey/ports/evidence.ts"
import { sendRefusal } from "../http-door/answer.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { readEvidenceBody } from "./bodies.ts"
import { refusalOf } from "./refusal-of.ts"

export const EVIDENCE_PATH = "/evidence/packages"

/** @param onFault faults that are ours, for the log */
export const evidenceRoute =
  (desk: EvidenceDesk, onFault: (error: unknown) => void) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(desk, request, response)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status === 500) onFault(error)
      if (response.headersSent) response.destroy()
      else sendRefusal(response, refusal)
    }
  }

async function answer(desk: EvidenceDesk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST" || request.url !== EVIDENCE_PATH)
    throw new HttpRefusal(404, "nothing is served here")
  const { user, what } = await readEvidenceBody(request)
  const { fileName, pieces } = await desk.take({ user, userName: null }, what)
  response.writeHead(200, {
    "Content-Type": "application/zip",
    "Content-Disposition": `attachment; filename="${fileName}"`,
    "Content-Length": pieces.reduce((sum, { length }) => sum + length, 0),
  })
  await pipeline(Readable.from(pieces), response)
}
