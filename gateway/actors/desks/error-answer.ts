/** Every failure of a request becomes one JSON answer: `{code, message}`, with `faults` or `requestId` where it helps. */
import type { ErrorRequestHandler, Response } from "express"
import { DeskError, DokueiError } from "../../journey/errors.ts"
import { errorFields } from "./error-fields.ts"
import { httpStatus, ourError } from "./http-status.ts"
import { InputError } from "./input.ts"
import type { DeskOptions } from "./options.ts"

const REQUEST_ID_BYTES = 8

/**
 * The last handler of a desk. Messages of our own errors hold no patient data and are shown; of anything else only
 * an opaque id of this request is, the same that stands in the log.
 */
export function answerErrors(options: Pick<DeskOptions, "log" | "chance">): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = fromFramework(thrown)
    if (response.headersSent) {
      // Too late for words: breaking the connection is the only honest sign that the body is not whole.
      options.log("error", "answer-broken", errorFields(error))
      next(error)
      return
    }
    const status = httpStatus(error)
    const ours = ourError(error)
    if (status === null || ours === null) answerUnforeseen(options, error, request.method, response)
    else answerKnown(ours, status, response)
  }
}

function answerKnown(error: DokueiError, status: number, response: Response): void {
  response.status(status)
  if (error instanceof InputError)
    response.json({ code: error.code, message: error.message, faults: error.faults })
  else response.json({ code: error.code, message: error.message })
}

function answerUnforeseen(
  { log, chance }: Pick<DeskOptions, "log" | "chance">,
  error: unknown,
  method: string,
  response: Response,
): void {
  const requestId = Buffer.from(chance.bytes(REQUEST_ID_BYTES)).toString("hex")
  log("error", "request-failed", { requestId, method, ...errorFields(error) })
  response.status(500).json({ code: "ERR_INTERNAL", message: "the gateway could not do this", requestId })
}

/** Errors of express and its body parser carry `type` and `status`; they become our own words. */
function fromFramework(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof DokueiError) return thrown
  const options = { cause: thrown }
  const type = "type" in thrown ? thrown.type : undefined
  if (type === "entity.too.large")
    return new DeskError("ERR_INPUT_TOO_LARGE", "the request body is too long", options)
  if (type === "encoding.unsupported" || type === "charset.unsupported")
    return new DeskError("ERR_INPUT_TYPE", "send uncompressed UTF-8 JSON", options)
  if (typeof type === "string" && type.startsWith("entity.")) return new InputError([""], options)
  if (type === "request.aborted" || type === "request.size.invalid") return new InputError([""], options)
  // express: a path that does not decode (%zz)
  if ("status" in thrown && thrown.status === 400)
    return new DeskError("ERR_NOT_FOUND", "no such address", options)
  return thrown
}
