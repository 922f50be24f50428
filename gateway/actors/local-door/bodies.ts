/** What commands send over the local door. */
import type { IncomingMessage } from "node:http"
import { z } from "zod"
import { MEDIUM_TYPES, type Medium } from "../../journey/ports/media.ts"
import { collected } from "../../standards/collected.ts"
import { HttpRefusal, RequestTooLarge } from "../http-door/refusal.ts"

const MAX_JSON_BYTES = 64 * 1024
const name = z.string().min(1).max(256)

const planBody = z.strictObject({
  user: name,
  medium: z.strictObject({ name, type: z.enum(MEDIUM_TYPES) }),
  what: name,
})
const endBody = z.strictObject({ failed: name.nullable() })

const userBody = z.strictObject({ user: name })
const selfTestBody = z.strictObject({ user: name, agreement: name })
const evidenceBody = z.strictObject({ user: name, what: name })

/** The whole body. @throws RequestTooLarge */
export const readBytes = (request: IncomingMessage, maxBytes: number): Promise<Uint8Array> =>
  collected(request, maxBytes, () => new RequestTooLarge(maxBytes))

export const readPlanBody = (
  request: IncomingMessage,
): Promise<{ readonly user: string; readonly medium: Medium; readonly what: string }> =>
  readJson(request, planBody)

/** `failed`: why there is no medium; null = there is one. */
export const readEndBody = (request: IncomingMessage): Promise<{ readonly failed: string | null }> =>
  readJson(request, endBody)

export const readUserBody = (request: IncomingMessage): Promise<{ readonly user: string }> =>
  readJson(request, userBody)

export const readSelfTestBody = (
  request: IncomingMessage,
): Promise<{ readonly user: string; readonly agreement: string }> => readJson(request, selfTestBody)

export const readEvidenceBody = (
  request: IncomingMessage,
): Promise<{ readonly user: string; readonly what: string }> => readJson(request, evidenceBody)

async function readJson<Body>(request: IncomingMessage, schema: z.ZodType<Body>): Promise<Body> {
  const result = schema.safeParse(parsed(await readBytes(request, MAX_JSON_BYTES)))
  if (!result.success) throw new HttpRefusal(400, "the request body has faults")
  return result.data
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}
