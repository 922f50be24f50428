/** What the log may say of an error. */
import type { LogFields } from "./options.ts"
import { ourError } from "./http-status.ts"

/**
 * Class, code, our own sentence and the place in our code. Never the sentence of another's error, nor a whole stack
 * (whose first line is that sentence): it may quote what a person typed.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: "not an Error" }
  const ours = ourError(error)
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  const at = error.stack?.split("\n").find((line) => /^\s+at .*\/gateway\//.test(line)) ?? ""
  return { error: error.name, code, at: at.trim(), ...(ours === null ? {} : { message: ours.message }) }
}
