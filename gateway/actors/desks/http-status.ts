/** The one table from our error codes to HTTP status codes (RFC 9110 §15). */
import { DokueiError, type ErrorCode } from "../../journey/errors.ts"

/** A code that is not here is no answer to a person at a desk: 500 with an opaque id, details in the log. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  ERR_INPUT: 400,
  ERR_LOGIN_NEEDED: 401,
  ERR_LOGIN_REFUSED: 401,
  ERR_CODE_REFUSED: 401,
  ERR_DEVICE_NEEDED: 401,
  ERR_DEVICE_REFUSED: 401,
  ERR_NOT_ALLOWED: 403,
  ERR_BINDING_REVOKED: 409,
  ERR_NOT_AGREED: 403,
  ERR_FOREIGN_ORIGIN: 403,
  ERR_NOT_FOUND: 404,
  ERR_NOT_ACCEPTABLE: 406,
  ERR_REPORT_STATE: 409,
  ERR_KEY_LOGIN: 409,
  ERR_KEY_CARD: 409,
  ERR_CONSENT: 409,
  ERR_PATIENT_UNMAPPED: 409,
  ERR_SIGN_INTENT: 409,
  ERR_SIGN_IMAGES: 409,
  ERR_DUPLICATE: 409,
  ERR_LEDGER_STALE: 409,
  ERR_SLOT_GONE: 410,
  ERR_INPUT_TOO_LARGE: 413,
  ERR_INPUT_TYPE: 415,
  ERR_RANGE: 416,
  ERR_KEY_PASSPHRASE: 422,
  ERR_KEY_UNCONFIRMED: 422,
  ERR_SIGN_CERTIFICATE: 422,
  ERR_REPORT_GLYPH: 422,
  ERR_LOCKED: 423,
  ERR_TOO_MANY_ATTEMPTS: 429,
  ERR_TIMESTAMP_INVALID: 502,
  ERR_TIMESTAMP_UNAVAILABLE: 503,
  ERR_KEY_SERVICE: 503,
  ERR_KEY_FOLDER: 503,
  ERR_CLOCK_OFF: 503,
  ERR_CLOCK_UNKNOWN: 503,
  ERR_LEDGER: 503,
  ERR_SPOOL_FULL: 503,
  ERR_FROZEN: 503,
}

/** Status of an error the person may read; null for everything unforeseen. */
export function httpStatus(error: unknown): number | null {
  const ours = ourError(error)
  return ours === null ? null : (STATUS[ours.code] ?? null)
}

/** `instanceof` alone leaves the type of the code open. */
export function ourError(error: unknown): DokueiError | null {
  return error instanceof DokueiError ? (error as DokueiError) : null
}
