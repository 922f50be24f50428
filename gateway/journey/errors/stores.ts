/** What is kept: spool, ledger, trail. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const STORE_ERRORS = {
  ERR_SPOOL_WRITE: row(
    "SpoolError",
    "transient",
    "a write or sync of the spool failed; the segment was closed at its last good end",
    "check the disk; the modality sends the object again",
    "C-STORE A700 / XDSRepositoryOutOfResources",
  ),
  ERR_SPOOL_FULL: row(
    "SpoolError",
    "transient",
    "the disk is full, or below what is kept back from objects of this kind",
    "free space; reception resumes by itself",
    "C-STORE A700 / XDSRepositoryOutOfResources",
  ),
  ERR_SPOOL_ROT: row(
    "SpoolError",
    "permanent",
    "a frame before the recorded end does not check",
    "quarantined; restore from the sender and replace the disk",
  ),
  ERR_SPOOL_FOLDER: row(
    "SpoolError",
    "permanent",
    "dataDir cannot be made or written",
    "make it, or give it to the user the service runs as",
  ),
  ERR_SPOOL_READ: row(
    "SpoolError",
    "transient",
    "the spool could not be read",
    "check the disk and the number of open files; the step is run again",
  ),
  ERR_SPOOL_MOUNT: row(
    "SpoolError",
    "permanent",
    "a folder of the spool is missing or has lost its marker",
    "mount the disk the marker is on, then start again",
  ),
  ERR_SLOT_GONE: row(
    "SpoolError",
    "permanent",
    "the slot key was destroyed; the object can no longer be opened",
    "none: this is what expiry is for",
  ),
  ERR_TAG_MISMATCH: row(
    "SpoolError",
    "permanent",
    "the authentication tag does not fit the ciphertext",
    "the bytes were changed on the way or at rest; nothing of them was used",
    "InvalidDocumentContent",
  ),
  ERR_OBJECT_TOO_LARGE: row(
    "SpoolError",
    "permanent",
    "the object is larger than one sealed object may be",
    "send it in parts",
    "C-STORE A700",
  ),

  ERR_LEDGER: row(
    "LedgerError",
    "transient",
    "the ledger could not commit",
    "check the disk; the step is run again",
  ),
  ERR_LEDGER_BEHIND: row(
    "LedgerError",
    "permanent",
    "the ledger is older than its spool, or missing: what was acknowledged since is not in it",
    "put a newer ledger back, or run `dokuei recover FILE`: it loses nothing and lists what a person must look into",
  ),
  ERR_LEDGER_FOREIGN: row(
    "LedgerError",
    "permanent",
    "the ledger belongs to another spool",
    "put back the ledger that was kept with this spool",
  ),
  ERR_STORE_IN_USE: row(
    "LedgerError",
    "permanent",
    "another process has the data folder open",
    "stop it first",
  ),
  ERR_LEDGER_STALE: row(
    "LedgerError",
    "transient",
    "the record was changed by somebody else since it was read",
    "none: the step is run again on what stands there now",
    "HTTP 409",
  ),

  ERR_AUDIT_CHAIN: row(
    "AuditError",
    "permanent",
    "the audit chain does not check",
    "keep the file, call the security officer",
  ),
  ERR_AUDIT_WRITE: row(
    "AuditError",
    "transient",
    "the audit trail could not be written",
    "check the disk; the rows wait in the ledger and come by themselves",
  ),
} as const satisfies Record<string, ErrorRow>
