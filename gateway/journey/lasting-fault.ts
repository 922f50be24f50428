/** Which failures of a step last: trying again cannot help, so a person is told and the thing is put aside as failed. */
import { Malformed } from "../standards/malformed.ts"
import { DokueiError, KeyError, TimeStampError, type ErrorCode } from "./errors.ts"

/**
 * What is written down as the submission's failureCode; null when the step may be run again.
 *
 * Keys and time stamps are put right by an operator without touching the thing itself: such a step waits and is
 * looked at again, however permanent its failure is by itself.
 */
export function lastingFault(error: unknown): ErrorCode | null {
  if (error instanceof Malformed) return "ERR_DOCUMENTS"
  if (error instanceof KeyError || error instanceof TimeStampError) return null
  return error instanceof DokueiError && error.failure === "permanent" ? (error.code as ErrorCode) : null
}
