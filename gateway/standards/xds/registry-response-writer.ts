/** RegistryResponse → rs:RegistryResponse (ebRS 3.0; ITI TF-3 4.2.4.2). */
import { element, type Markup } from "../xml/writer.ts"
import type { RegistryError, RegistryResponse } from "./registry-response.ts"
import { RS } from "./vocabulary.ts"

const STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
const SEVERITY = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:"

/** A Success carries warnings only, a Failure at least one error; the caller sees to it. */
export function writeRegistryResponse({ status, errors }: RegistryResponse): Markup {
  return element(
    "rs:RegistryResponse",
    { "xmlns:rs": RS, status: STATUS + status },
    errors.length === 0 ? null : writeErrorList(errors),
  )
}

function writeErrorList(errors: readonly RegistryError[]): Markup {
  const highest = errors.some(({ severity }) => severity === "Error") ? "Error" : "Warning"
  return element("rs:RegistryErrorList", { highestSeverity: SEVERITY + highest }, errors.map(writeError))
}

function writeError({ errorCode, codeContext, severity, location = "" }: RegistryError): Markup {
  return element("rs:RegistryError", { errorCode, codeContext, severity: SEVERITY + severity, location })
}
