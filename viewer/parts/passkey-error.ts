/** What the browser says when a passkey was not given, told like every other failure. */
import { ApiError } from "../api.ts"
import { asApiError } from "./fetched.ts"

/** Names of DOMException (WebAuthn L3 5.1.4) → our codes. */
const CODES: Readonly<Record<string, string>> = {
  NotAllowedError: "PASSKEY_REFUSED",
  AbortError: "PASSKEY_REFUSED",
  InvalidStateError: "PASSKEY_KNOWN",
  SecurityError: "PASSKEY_ADDRESS",
  NotSupportedError: "PASSKEY_UNSUPPORTED",
}

/** @simplewebauthn wraps the exception and keeps it as `cause`, or lends its name. */
export function passkeyError(error: unknown): ApiError {
  if (error instanceof ApiError || !(error instanceof Error)) return asApiError(error)
  const inner = error.cause instanceof Error ? error.cause.name : ""
  const code = CODES[error.name] ?? CODES[inner]
  return code === undefined ? asApiError(error) : new ApiError(0, code, error.message, null, error)
}
