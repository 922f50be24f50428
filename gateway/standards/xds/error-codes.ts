/** RegistryError codes of ITI-41 and what they mean for the sender (ITI TF-3 table 4.2.4.1-2); those of a registry pass through a repository. */

type Severity = "Error" | "Warning"
interface CodeRow {
  readonly severity: Severity
  /** Trying the same submission again can help. */
  readonly again: boolean
}
const error: CodeRow = { severity: "Error", again: false }
const busy: CodeRow = { severity: "Error", again: true }
const warning: CodeRow = { severity: "Warning", again: false }

export const REGISTRY_ERROR_CODES = {
  DocumentQueued: warning,
  InvalidDocumentContent: error,
  PartialAppendContentNotProcessed: warning,
  PartialFolderContentNotProcessed: warning,
  PartialRelationshipContentNotProcessed: warning,
  PartialReplaceContentNotProcessed: warning,
  PartialTransformNotProcessed: warning,
  PartialTransformReplaceNotProcessed: warning,
  UnavailableRecipient: error,
  UnknownRecipient: error,
  UnresolvedReferenceException: error,
  XDSDuplicateUniqueIdInRegistry: error,
  XDSExtraMetadataNotSaved: warning,
  XDSMissingDocument: error,
  XDSMissingDocumentMetadata: error,
  XDSNonIdenticalHash: error,
  XDSNonIdenticalSize: error,
  XDSPatientIdDoesNotMatch: error,
  XDSRegistryBusy: busy,
  XDSRegistryDeprecatedDocumentError: error,
  XDSRegistryDuplicateUniqueIdInMessage: error,
  XDSRegistryError: error,
  XDSRegistryMetadataError: error,
  XDSRegistryNotAvailable: busy,
  XDSRegistryOutOfResources: busy,
  XDSRepositoryBusy: busy,
  XDSRepositoryDuplicateUniqueIdInMessage: error,
  XDSRepositoryError: error,
  XDSRepositoryMetadataError: error,
  XDSRepositoryOutOfResources: busy,
  XDSUnknownPatientId: error,
} as const satisfies Record<string, CodeRow>

export type RegistryErrorCode = keyof typeof REGISTRY_ERROR_CODES

/** Severity by the table; a code that is not in it counts as an error. */
export function severityOf(errorCode: string): Severity {
  return isKnown(errorCode) ? REGISTRY_ERROR_CODES[errorCode].severity : "Error"
}

/** True when the recipient is only busy or full. */
export function mayTryAgain(errorCode: string): boolean {
  return isKnown(errorCode) && REGISTRY_ERROR_CODES[errorCode].again
}

function isKnown(errorCode: string): errorCode is RegistryErrorCode {
  return Object.hasOwn(REGISTRY_ERROR_CODES, errorCode)
}
