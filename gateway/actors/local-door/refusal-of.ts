/** What a command is told when the gateway does not do as it asks. */
import { DeskError, KeyError, LeverError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import { HttpRefusal } from "../http-door/refusal.ts"

/** Our own sentences hold no patient data; anything else is told to the log alone. */
export function refusalOf(error: unknown): HttpRefusal {
  if (error instanceof HttpRefusal) return error
  if (error instanceof DeskError)
    return new HttpRefusal(error.code === "ERR_NOT_FOUND" ? 404 : 403, error.message)
  if (error instanceof LeverError) return new HttpRefusal(503, error.message)
  if (error instanceof Malformed) return new HttpRefusal(422, error.message)
  if (error instanceof KeyError) return new HttpRefusal(422, error.message)
  return new HttpRefusal(500, "internal fault: the gateway's log has it")
}
