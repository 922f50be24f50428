/**
 * Every way a step can fail: class = who failed, code = why, failure class = whether trying again can help.
 * The rows are in `errors/`, by whom they are about; `docs/errors.md` is printed from all of them. Messages help the
 * person who reads them and hold no patient data.
 */
import { DICOM_ERRORS } from "./errors/dicom.ts"
import { KEY_ERRORS } from "./errors/keys.ts"
import { LINE_ERRORS } from "./errors/line.ts"
import { MACHINE_ERRORS } from "./errors/machine.ts"
import { PEOPLE_ERRORS } from "./errors/people.ts"
import { SERVICE_ERRORS } from "./errors/services.ts"
import { STORE_ERRORS } from "./errors/stores.ts"
import type { ErrorRow, FailureClass } from "./errors/row.ts"

export type { ErrorRow, FailureClass }

export const ERRORS = {
  ...MACHINE_ERRORS,
  ...STORE_ERRORS,
  ...KEY_ERRORS,
  ...DICOM_ERRORS,
  ...LINE_ERRORS,
  ...PEOPLE_ERRORS,
  ...SERVICE_ERRORS,
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** Of a code as it was kept; null = none of ours. */
export const failureClassOf = (code: string): FailureClass | null =>
  Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].failure : null

export type CodesOf<Who extends string> = {
  [Code in ErrorCode]: (typeof ERRORS)[Code]["who"] extends Who ? Code : never
}[ErrorCode]

/** Base of all our errors. `failure` comes from the table, never from the caller. */
export abstract class DokueiError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly failure: FailureClass

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.failure = ERRORS[code].failure
  }
}

export class ConfigError extends DokueiError<"ERR_CONFIG_INVALID"> {}
/** A hospital does not come to join a reading centre. */
export class JoinError extends DokueiError<CodesOf<"JoinError">> {}
/** What the site file wants of the machine. */
export class SiteError extends DokueiError<CodesOf<"SiteError">> {}
/** What a lever of an incident keeps from happening, and levers that do not move. */
export class LeverError extends DokueiError<CodesOf<"LeverError">> {}
/** A backup that cannot be taken or put back. */
export class BackupError extends DokueiError<CodesOf<"BackupError">> {}
/** A door that cannot be opened. */
export class ListenError extends DokueiError<CodesOf<"ListenError">> {}
export class SpoolError extends DokueiError<CodesOf<"SpoolError">> {}
export class KeyError extends DokueiError<CodesOf<"KeyError">> {}
/** In words for who has the medium in hand. */
export class MediumError extends DokueiError<CodesOf<"MediumError">> {}
export class AssociationError extends DokueiError<CodesOf<"AssociationError">> {}
/** A report cannot be brought to one of its places. */
export class DeliveryError extends DokueiError<CodesOf<"DeliveryError">> {}
/** The operation was answered with a failure; `status` is the node's own word (PS3.7 annex C, PS3.4). */
export class DimseError extends DokueiError<CodesOf<"DimseError">> {
  readonly status: number

  constructor(code: CodesOf<"DimseError">, status: number, message: string) {
    super(code, message)
    this.status = status
  }
}
export class SubmissionError extends DokueiError<CodesOf<"SubmissionError">> {}
/** Images of the hospital itself about which a person has to decide. */
export class InstanceError extends DokueiError<CodesOf<"InstanceError">> {}
/** Accepted, its seal holds, and still it must not take effect: it is kept as failed and a person is told. */
export class ContentError extends DokueiError<CodesOf<"ContentError">> {}
export class RevocationError extends DokueiError<CodesOf<"RevocationError">> {}
export class TimeStampError extends DokueiError<CodesOf<"TimeStampError">> {}
/** A notice by mail does not leave. */
export class MailError extends DokueiError<CodesOf<"MailError">> {}
/** The hospital's directory was not read. */
export class DirectoryError extends DokueiError<CodesOf<"DirectoryError">> {}
/** The clock is not good enough to sign by. */
export class ClockError extends DokueiError<CodesOf<"ClockError">> {}
export class ReportError extends DokueiError<CodesOf<"ReportError">> {}
export class DrawError extends DokueiError<CodesOf<"DrawError">> {}
export class DeskError extends DokueiError<CodesOf<"DeskError">> {}
export class LedgerError extends DokueiError<CodesOf<"LedgerError">> {}
export class AuditError extends DokueiError<CodesOf<"AuditError">> {}
/** An audit record repository does not take what it is sent. */
export class CollectorError extends DokueiError<CodesOf<"CollectorError">> {}

/** Refusal of an inbound submission; `registryCode` is what the sender reads (ITI TF-3 4.2.4.1). */
export class AcceptanceError extends DokueiError<CodesOf<"AcceptanceError">> {
  readonly registryCode: string
  /** For document errors the document's uniqueId, else a sentence without patient data. */
  readonly codeContext: string

  constructor(
    code: CodesOf<"AcceptanceError">,
    registryCode: string,
    codeContext: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, `${registryCode}: ${codeContext}`, options)
    this.registryCode = registryCode
    this.codeContext = codeContext
  }
}

/** There is no room on the disk for an object of this kind now. */
export const isSpoolFull = (error: unknown): boolean =>
  error instanceof SpoolError && error.code === "ERR_SPOOL_FULL"
