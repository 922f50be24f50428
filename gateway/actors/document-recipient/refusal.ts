/** Any failure on the way → what the sender is told. */
import { AcceptanceError, DokueiError, KeyError, LeverError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import { SoapFault } from "../../standards/soap/fault.ts"
import { MetadataFault } from "../../standards/xds/metadata-fault.ts"
import type { RegistryError, RegistryResponse } from "../../standards/xds/registry-response.ts"
import { RequestTooLarge } from "../http-door/refusal.ts"

export interface Refusal {
  readonly answer: RegistryResponse | SoapFault
  /** Not foreseen: the operator must see it, the peer is told no more than that it failed. */
  readonly isOurFault: boolean
}

/** @param isRecognised the body was seen to be an ITI-41 request: faults are told by a RegistryResponse */
export function refusalOf(error: unknown, isRecognised: boolean): Refusal {
  if (error instanceof SoapFault) return { answer: error, isOurFault: false }
  if (error instanceof MetadataFault) return refused(...error.complaints.map(asError))
  if (error instanceof AcceptanceError)
    return refused(asError({ errorCode: error.registryCode, codeContext: error.codeContext }))
  if (error instanceof LeverError)
    return refused(
      asError({ errorCode: "XDSRepositoryBusy", codeContext: "read-only for now: send it again" }),
    )
  if (isTooMuch(error))
    return refused(asError({ errorCode: "XDSRepositoryOutOfResources", codeContext: error.message }))
  if (error instanceof Malformed && isRecognised)
    return refused(asError({ errorCode: "XDSRepositoryMetadataError", codeContext: error.message }))
  if (error instanceof Malformed)
    return { answer: new SoapFault("Sender", error.message, null, { cause: error }), isOurFault: false }
  return { answer: ownAnswer(error, isRecognised), isOurFault: true }
}

/** More than one request may have. */
function isTooMuch(error: unknown): error is RequestTooLarge | Malformed {
  return error instanceof RequestTooLarge || (error instanceof Malformed && TOO_MUCH.has(error.code))
}

const TOO_MUCH = new Set(["MULTIPART_TOO_MANY_PARTS", "XML_TOO_LONG", "XML_TOO_MANY_ELEMENTS"])

function ownAnswer(error: unknown, isRecognised: boolean): RegistryResponse | SoapFault {
  if (!isRecognised) return new SoapFault("Receiver", "internal fault")
  return refused(asError({ errorCode: ownFault(error), codeContext: "internal fault" })).answer
}

/** What passes, or what our operator must repair first, is worth another try: the sender must not give up for it. */
function ownFault(error: unknown): string {
  if (!(error instanceof DokueiError)) return "XDSRepositoryError"
  const code: unknown = error.code
  if (code === "ERR_SPOOL_FULL" || code === "ERR_SPOOL_WRITE") return "XDSRepositoryOutOfResources"
  // The copy it was to lie beside ended while it came in; the next attempt gets a slot of its own.
  if (code === "ERR_SLOT_GONE") return "XDSRepositoryBusy"
  if (code === "ERR_TAG_MISMATCH") return "InvalidDocumentContent"
  return error.failure === "transient" || error instanceof KeyError
    ? "XDSRepositoryBusy"
    : "XDSRepositoryError"
}

/** A refusal is an Error even where the same code could also be a warning, e.g. UnknownRecipient. */
function asError(complaint: Omit<RegistryError, "severity">): RegistryError {
  return { ...complaint, severity: "Error" }
}

function refused(...errors: readonly RegistryError[]): Refusal {
  return { answer: { status: "Failure", errors }, isOurFault: false }
}

/** What is added to a Success. */
export function asWarning(complaint: Omit<RegistryError, "severity">): RegistryError {
  return { ...complaint, severity: "Warning" }
}
