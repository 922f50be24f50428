/** A document that does not say what it must: refused before the answer, or kept as failed when it is found later. */
import { AcceptanceError } from "../errors.ts"

/** codeContext is the document's uniqueId (ITI TF-3 table 4.2.4.1-2); why stands in the cause, for our own log. */
export function contentFault(uniqueId: string, why: string | Error): AcceptanceError {
  const cause = typeof why === "string" ? new Error(why) : why
  return new AcceptanceError("ERR_CONTENT", "InvalidDocumentContent", uniqueId, { cause })
}
