/** What went wrong below, in the words of journey/errors.ts. */
import { SpoolError } from "../../journey/errors.ts"
import { hasCode } from "../has-code.ts"

/** A write, sync or cut failed. A full disk has a code of its own: it mends itself when space is freed. */
export function writeFailure(doing: string, cause: unknown): SpoolError {
  if (cause instanceof SpoolError) return cause
  const code = hasCode(cause, "ENOSPC", "EDQUOT") ? "ERR_SPOOL_FULL" : "ERR_SPOOL_WRITE"
  return new SpoolError(code, `${doing} failed`, { cause })
}

/** A read failed: a medium that cannot give its bytes back is rot, anything else may pass. */
export function readFailure(doing: string, cause: unknown): SpoolError {
  if (cause instanceof SpoolError) return cause
  const code = hasCode(cause, "EIO", "ENOENT") ? "ERR_SPOOL_ROT" : "ERR_SPOOL_READ"
  return new SpoolError(code, `${doing} failed`, { cause })
}

/** Bytes at rest that do not check; `what` is a sentence without patient data. */
export function rot(what: string, options?: { readonly cause?: unknown }): SpoolError {
  return new SpoolError("ERR_SPOOL_ROT", what, options)
}

export function slotGone(slotId: string): SpoolError {
  return new SpoolError("ERR_SLOT_GONE", `slot ${slotId} is destroyed or unknown`)
}
