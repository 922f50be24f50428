/** What still keeps a reading request from being sent; the gateway checks again and has the last word. */
import type { RequestInput, RequestText } from "../../gateway/journey/views/request.ts"

export type RequestField =
  | Exclude<keyof RequestInput, "request" | "releaseWhenComplete" | "telephoneOnResult" | "consent">
  | Exclude<keyof RequestText, "physicianId">

const REQUIRED: readonly RequestField[] = [
  "patientName",
  "PatientID",
  "requestNumber",
  "agreement",
  "physician",
  "department",
  "diagnosis",
  "purpose",
  "telephone",
]

function value(input: RequestInput, field: RequestField): string {
  const text =
    field in input.request
      ? input.request[field as keyof RequestText]
      : input[field as Exclude<RequestField, keyof RequestText>]
  return text ?? ""
}

export function isRequired(field: RequestField): boolean {
  return REQUIRED.includes(field)
}

/** Required fields that hold nothing but spaces, in the order of the form. */
export function missingFields(input: RequestInput): RequestField[] {
  return REQUIRED.filter((field) => value(input, field).trim() === "")
}

/** A number nobody has used: the moment it was proposed, to the second, in the hospital's time. */
export function proposedNumber(daySeconds: string): string {
  const [day = "", time = ""] = daySeconds.split(" ")
  return `RQ-${day.replaceAll("-", "")}-${time.replaceAll(":", "")}`
}
