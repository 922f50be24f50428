/** What a page sends to the bridge. */
import type { IncomingMessage } from "node:http"
import { z } from "zod"
import type { BridgeQuestion } from "../../journey/views/card-bridge.ts"
import { collected } from "../../standards/collected.ts"
import { MAX_SIGNED_PARTS } from "../../standards/dsg/signed-info.ts"
import { RequestTooLarge } from "../http-door/refusal.ts"

/** A SignedInfo and the signature's parts in base64, with the certificates of a chain, and some more. */
const MAX_BODY_BYTES = 96 * 1024

const pairBody = z.strictObject({ code: z.string().max(16) })
/** Letters of a number, as it is shown in a terminal: nothing that moves its cursor. */
const signBody = z.strictObject({
  caseNumber: z.string().regex(/^[\w./ -]{1,64}$/),
  certificate: z.string().regex(/^[0-9a-f]{64}$/),
  toBeSigned: z.base64().min(1),
  parts: z.array(z.base64().min(1)).max(MAX_SIGNED_PARTS),
})

/** null = not such a body. Throws RequestTooLarge. */
export const readPairBody = (request: IncomingMessage): Promise<{ readonly code: string } | null> =>
  readBody(request, pairBody)

/** null = not such a body. Throws RequestTooLarge. */
export const readSignBody = (request: IncomingMessage): Promise<BridgeQuestion | null> =>
  readBody(request, signBody)

async function readBody<Body>(request: IncomingMessage, schema: z.ZodType<Body>): Promise<Body | null> {
  const bytes = await collected(request, MAX_BODY_BYTES, () => new RequestTooLarge(MAX_BODY_BYTES))
  // What needs no preflight (text/plain, a form) is no word of the desk's page.
  if (request.headers["content-type"] !== "application/json") return null
  const result = schema.safeParse(parsed(bytes))
  return result.success ? result.data : null
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}
