/**
 * rs:RegistryResponse → RegistryResponse, as real recipients send it.
 *
 * A Success that lists an Error is a Failure, a Failure without list stays one: severity decides
 * (ITI TF-3 4.2.4.2; there is no status "Warning").
 */
import { Malformed } from "../malformed.ts"
import { attributeOf, childOf, childrenOf, isElement, type XmlElement } from "../xml/reader.ts"
import { severityOf } from "./error-codes.ts"
import type { RegistryError, RegistryResponse } from "./registry-response.ts"
import { RS } from "./vocabulary.ts"

/** @throws Malformed XDS_RESPONSE when the element is no RegistryResponse or its status is none */
export function readRegistryResponse(element: XmlElement): RegistryResponse {
  if (!isElement(element, RS, "RegistryResponse"))
    throw new Malformed("XDS_RESPONSE", "ITI TF-3 4.2.4.2", `${element.name} is not a RegistryResponse`)
  const list = childOf(element, RS, "RegistryErrorList")
  const errors = list === null ? [] : childrenOf(list, RS, "RegistryError").map(readError)
  const isSuccess = readStatus(attributeOf(element, "status") ?? "")
  const isFailed = !isSuccess || errors.some(({ severity }) => severity === "Error")
  return { status: isFailed ? "Failure" : "Success", errors }
}

function readStatus(status: string): boolean {
  const word = status.slice(status.lastIndexOf(":") + 1)
  if (word === "Success" || word === "Warning") return true
  // PartialSuccess exists for retrieval only: here it would mean that something was not stored.
  if (word === "Failure" || word === "PartialSuccess") return false
  throw new Malformed("XDS_RESPONSE", "ITI TF-3 4.2.4.2", "unknown status of the RegistryResponse")
}

function readError(element: XmlElement): RegistryError {
  const errorCode = attributeOf(element, "errorCode") ?? ""
  const severity = attributeOf(element, "severity") ?? ""
  const location = attributeOf(element, "location") ?? ""
  return {
    errorCode,
    codeContext: attributeOf(element, "codeContext") ?? "",
    severity: severity.endsWith(":Warning") ? "Warning" : severity === "" ? severityOf(errorCode) : "Error",
    ...(location === "" ? {} : { location }),
  }
}
