/**
 * Every way a step can fail: class = who failed, code = why, failure class = whether trying again can help.
 * `docs/errors.md` is printed from ERRORS. Messages help the person who reads them and hold no patient data.
 */

/** transient: try again · ambiguous: the peer may have it, trying again is safe because retries are
 *  byte-identical and recognised by SubmissionSet.uniqueId and hashes · permanent: a person must act. */
export type FailureClass = "transient" | "ambiguous" | "permanent"

export interface ErrorRow {
  /** Class of the error: who failed. */
  readonly who: string
  readonly failure: FailureClass
  readonly meaning: string
  /** What the operator does. */
  readonly action: string
  /** What the peer sees, in its protocol's words; "-" when nobody outside sees it. */
  readonly peer: string
}

const row = <Who extends string>(
  who: Who,
  failure: FailureClass,
  meaning: string,
  action: string,
  peer = "-",
): ErrorRow & { readonly who: Who } => ({
  who,
  failure,
  meaning,
  action,
  peer,
})

export const ERRORS = {
  ERR_CONFIG_INVALID: row(
    "ConfigError",
    "permanent",
    "the configuration file has faults",
    "correct every listed path, then run `dokuei check-config FILE`",
  ),

  ERR_SITE_NOT_LOADED: row(
    "SiteError",
    "permanent",
    "a program of this machine refused what the site file says; all was put back",
    "its own words follow the command; correct the site file, then `dokuei site apply FILE`",
  ),
  ERR_SITE_PENDING: row(
    "SiteError",
    "permanent",
    "a change of the site waits to be confirmed, or none does",
    "`dokuei site confirm` keeps it, `dokuei site roll-back` puts back what was there",
  ),

  ERR_FROZEN: row(
    "LeverError",
    "transient",
    "a person has frozen the gateway (`dokuei freeze`): what is here is read, nothing is received, changed, signed, sent or destroyed",
    "none; all of it goes on by itself when `dokuei freeze FILE --end` was said",
    "C-STORE A700 / XDSRepositoryBusy / HTTP 503",
  ),
  ERR_LEVER_LATE: row(
    "LeverError",
    "transient",
    "a lever was pulled and holds from the next start on; what runs now has not come to its end in time",
    "`systemctl restart` the unit, or end the process: every store stands that",
  ),
  ERR_LEVER_PLACE: row(
    "LeverError",
    "permanent",
    "there is no data folder to put the lever into",
    "compare dataDir of the configuration: is its disk mounted, is it the right file?",
  ),

  ERR_BACKUP_TARGET: row(
    "BackupError",
    "transient",
    "the place a backup is written to cannot be used: not there, full, pulled out, or not empty of what has our name",
    "mount it or make room, then run `dokuei backup` again; earlier generations on it are whole",
  ),
  ERR_BACKUP_TAMPERED: row(
    "BackupError",
    "permanent",
    "a backup is not as it was signed",
    "nothing of it was put back; use another generation, and find out who had the medium",
  ),
  ERR_BACKUP_FOREIGN: row(
    "BackupError",
    "permanent",
    "a backup was signed by another seal than was named, or is for another recovery key",
    "compare with the paper in the safe: pin of the seal, recovery key, medium",
  ),
  ERR_BACKUP_NEWER: row(
    "BackupError",
    "permanent",
    "a backup was made by a newer program",
    "install that program or a newer one, then restore",
  ),
  ERR_RESTORE_PLACE: row(
    "BackupError",
    "permanent",
    "the folder a backup is to be put back into is not empty",
    "name an empty folder; what lies in this one was not touched",
  ),

  ERR_LISTEN_BUSY: row(
    "ListenError",
    "transient",
    "another program has the port that the named setting asks for",
    "end it (`ss -ltnp` tells which) or give another port; the unit tries again by itself",
  ),
  ERR_LISTEN_ADDRESS: row(
    "ListenError",
    "permanent",
    "the named setting is no address of this machine, or a port that only root may open",
    "compare it with `ip address`; ports from 1024 need no rights",
  ),

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

  ERR_KEY_MISSING: row(
    "KeyError",
    "permanent",
    "a key or certificate named in the configuration cannot be read",
    "check the path and its permissions",
  ),
  ERR_KEY_MISMATCH: row(
    "KeyError",
    "permanent",
    "a certificate is not that of the key it stands beside",
    "compare the two: `openssl pkey -in KEY -pubout` and `openssl x509 -in CHAIN -noout -pubkey` print the same",
  ),
  ERR_KEY_PASSPHRASE: row(
    "KeyError",
    "permanent",
    "the passphrase or PIN does not open the key",
    "enter it again",
    "HTTP 422",
  ),

  ERR_KEY_TOKEN: row(
    "KeyError",
    "transient",
    "the token that holds a key of ours, or its PKCS#11 module, does not answer; its process was ended, and the next operation starts another",
    "see that the token is there (`pkcs11-tool --module MODULE -L`) and that p11-kit is installed; the step is run again by itself",
    "XDSRepositoryError",
  ),
  ERR_KEY_PIN: row(
    "KeyError",
    "transient",
    "the token has refused the PIN, or is at its last try; what waits for it is run again, the PIN is not tried again",
    "put the right PIN into pinFile; if it was right and the token is mended, `dokuei keys retry-pin FILE`. A locked token its security officer opens",
    "XDSRepositoryError",
  ),
  ERR_KEY_LOGIN: row(
    "KeyError",
    "transient",
    "the person is not logged in at the signing service, or not any more",
    "the reader logs in there by the link on the signing page, and signs again",
    "HTTP 409",
  ),
  ERR_KEY_SERVICE: row(
    "KeyError",
    "transient",
    "the signing service does not answer, or not as CSC API 2.0 says",
    "the report stays as it is; try again. If it lasts, ask the service, and compare keys.signingService",
    "HTTP 503",
  ),
  ERR_KEY_CARD: row(
    "KeyError",
    "transient",
    "no signature came from the reader's card: not in time, not made, or not by the certificate that is confirmed for the account",
    "the frozen report stays: see that `dokuei bridge` runs at that PC and that the card is in its reader, and sign again",
    "HTTP 409",
  ),
  ERR_KEY_UNCONFIRMED: row(
    "KeyError",
    "permanent",
    "nobody has confirmed that this signing certificate is the account's, or that was taken back",
    "a security officer compares it with the card and confirms it: page of officers, or `dokuei people confirm`; then prepare the report again",
    "HTTP 422",
  ),
  ERR_KEY_UNFIT: row(
    "KeyError",
    "permanent",
    "our key does not fit what it was asked to open",
    "compare the recipient certificate in the agreement with ours",
    "InvalidDocumentContent",
  ),

  ERR_ASSOCIATION_ADDRESS: row(
    "AssociationError",
    "permanent",
    "the DICOM node is to be called, and its address is not configured",
    "enter host and port of the device or archive, then start again",
  ),
  ERR_ASSOCIATION_UNREACHABLE: row(
    "AssociationError",
    "transient",
    "the DICOM node cannot be reached",
    "check address, port and line; it is tried again by itself",
  ),
  ERR_ASSOCIATION_TLS: row(
    "AssociationError",
    "transient",
    "the TLS handshake with the DICOM node failed or its key is not the pinned one",
    "compare certificates and pins of both sides",
  ),
  ERR_ASSOCIATION_BUSY: row(
    "AssociationError",
    "transient",
    "the DICOM node rejected the association for now",
    "it is tried again by itself",
  ),
  ERR_ASSOCIATION_REJECTED: row(
    "AssociationError",
    "permanent",
    "the DICOM node rejected the association for good",
    "read the reason; enter our AE title at the node, or correct its own here",
  ),
  ERR_ASSOCIATION_CONTEXT: row(
    "AssociationError",
    "permanent",
    "the DICOM node takes neither the SOP Class nor a transfer syntax of ours",
    "enable the SOP Class at the node",
  ),
  ERR_ASSOCIATION_ENDED: row(
    "AssociationError",
    "ambiguous",
    "the association ended, or went silent, before the answer",
    "nothing: an object sent again is the same object and is recognised by its SOP Instance UID",
  ),
  ERR_ASSOCIATION_PROTOCOL: row(
    "AssociationError",
    "transient",
    "the DICOM node broke the rules of the protocol",
    "keep the log and tell its manufacturer; it is tried again by itself",
    "A-ABORT",
  ),
  ERR_DIMSE_BUSY: row(
    "DimseError",
    "transient",
    "the DICOM node refused the operation for lack of resources",
    "free space at the node; it is tried again by itself",
  ),
  ERR_DIMSE_REFUSED: row(
    "DimseError",
    "permanent",
    "the DICOM node refused the operation",
    "read the status; the object or the node must be corrected",
  ),
  ERR_DELIVERY_STUDY: row(
    "DeliveryError",
    "permanent",
    "no image of the study is here any more, from which the report's patient and study could be taken",
    "store the report's PDF in the archive by hand",
  ),
  ERR_INSTANCE_QUARANTINED: row(
    "InstanceError",
    "permanent",
    "the Study Instance UID is in use for another patient",
    "decide on the staff page whose they are",
  ),

  ERR_INSTANCE_RECALLED: row(
    "InstanceError",
    "permanent",
    "a person took the study back before it left, or before it was verified",
    "none; a new request asks for it anew",
  ),
  ERR_INSTANCE_COPIES: row(
    "InstanceError",
    "transient",
    "copies of an image with one SOP Instance UID contradict each other, and nobody has chosen",
    "choose on the staff page which copy counts; the study goes on by itself",
  ),

  ERR_NOT_AGREED: row(
    "AcceptanceError",
    "permanent",
    "the submission is outside the agreement",
    "compare with the agreement's classes and purposes",
    "XDSRepositoryError",
  ),
  ERR_OTHER_RECIPIENT: row(
    "AcceptanceError",
    "permanent",
    "intendedRecipient or the encryption is for somebody else",
    "the sender must address it again",
    "UnknownRecipient / InvalidDocumentContent",
  ),
  ERR_METADATA: row(
    "AcceptanceError",
    "permanent",
    "the metadata break a rule of ITI TF-3 4.2",
    "the sender must correct it",
    "XDSRepositoryMetadataError",
  ),
  ERR_CONTENT: row(
    "AcceptanceError",
    "permanent",
    "signature, digest or the set of documents does not fit",
    "nothing was kept; the sender must submit again",
    "InvalidDocumentContent",
  ),
  ERR_OTHER_SUBJECT: row(
    "ContentError",
    "permanent",
    "what came is about another patient, study or request than it was sent for",
    "nothing of it is shown; call the partner, who must look into it and send it again",
  ),
  ERR_PATIENT_ID: row(
    "ContentError",
    "permanent",
    "neither the images nor the request carry a patient number that may stand in a message",
    "enter a request with the hospital's number of the patient for these images",
  ),
  ERR_DOCUMENTS: row(
    "ContentError",
    "permanent",
    "a document of the submission cannot be read, or contradicts the others",
    "nothing of it is shown; the sender must correct and submit it again",
  ),
  ERR_REPORT_SIGNATURE: row(
    "ContentError",
    "permanent",
    "the radiologist's signature over the report does not hold",
    "the text is not shown; call the reading centre and ask for the report again",
  ),
  ERR_REPORT_VERSION: row(
    "ContentError",
    "permanent",
    "this version of the report is there already, or it replaces or is added to what nobody sent",
    "nothing of it is shown; the reading centre must send a new version",
  ),
  ERR_REPORT_PARENT: row(
    "ContentError",
    "transient",
    "an addendum came before the report it is written to, or before that could be verified",
    "nothing: it is shown with the report when that has come; call the reading centre when it does not come",
  ),
  ERR_DUPLICATE: row(
    "AcceptanceError",
    "permanent",
    "the SubmissionSet uniqueId was used for something else",
    "the sender must use a new uniqueId",
    "XDSDuplicateUniqueIdInRegistry / XDSNonIdenticalHash",
  ),
  ERR_RECIPIENT_BUSY: row(
    "AcceptanceError",
    "transient",
    "more submissions at once, or a larger one, than the recipient takes",
    "the sender tries again; raise the limits if it happens often",
    "XDSRepositoryBusy / XDSRepositoryOutOfResources",
  ),
  ERR_DOCUMENT_MISSING: row(
    "AcceptanceError",
    "permanent",
    "a DocumentEntry has no Document or the reverse",
    "the sender must submit again",
    "XDSMissingDocument / XDSMissingDocumentMetadata",
  ),

  ERR_SUBMISSION_UNREACHABLE: row(
    "SubmissionError",
    "transient",
    "the recipient cannot be reached",
    "check the line; it is tried again by itself",
  ),
  ERR_SUBMISSION_TLS: row(
    "SubmissionError",
    "transient",
    "the TLS handshake failed or the pin does not fit",
    "compare the pins of both sides",
  ),
  ERR_SUBMISSION_UNANSWERED: row(
    "SubmissionError",
    "ambiguous",
    "the connection ended before the answer",
    "nothing: the byte-identical retry is recognised",
  ),
  ERR_SUBMISSION_BUSY: row(
    "SubmissionError",
    "transient",
    "the recipient is busy or out of space",
    "it is tried again by itself",
  ),
  ERR_SUBMISSION_REFUSED: row(
    "SubmissionError",
    "permanent",
    "the recipient refused the submission",
    "read the codes; correct and release again",
  ),
  ERR_SUBMISSION_UNVERIFIED: row(
    "SubmissionError",
    "permanent",
    "the recipient took the submission, verified it and refuses it by a signed notice; its own code stands beside",
    "put right what the code names (seal, time stamp, content), then have it made anew and sent",
  ),

  ERR_TIMESTAMP_UNAVAILABLE: row(
    "TimeStampError",
    "transient",
    "the time-stamp authority does not answer",
    "it is tried again by itself",
  ),
  ERR_TIMESTAMP_INVALID: row(
    "TimeStampError",
    "permanent",
    "the time-stamp token does not check",
    "compare timeStamp.url and trust.tsaRoots",
  ),

  ERR_REVOCATION_UNAVAILABLE: row(
    "RevocationError",
    "transient",
    "an authority's server gives no revocation list or OCSP answer",
    "check the line to the server that is named; it is tried again by itself, and lists in the folder trust.crls count meanwhile",
  ),
  ERR_REVOCATION_INVALID: row(
    "RevocationError",
    "transient",
    "what an authority's server gave is no list or answer that can be used: of another authority, over, or older than the one at hand",
    "nothing at first, it is tried again by itself; if it lasts ask the authority, or put its list into the folder trust.crls",
  ),

  ERR_MEDIUM_UNFIT: row(
    "MediumError",
    "permanent",
    "a medium cannot be read or written, holds no XDM, or not what its metadata say",
    "read the sentence; take another medium, or have it made again",
  ),
  ERR_MEDIUM_GATEWAY: row(
    "MediumError",
    "permanent",
    "a command of this machine could not ask the running gateway, or was told no",
    "start the gateway, and run the command as its user or as root; read the sentence",
  ),

  ERR_MAIL_UNREACHABLE: row(
    "MailError",
    "transient",
    "the mail server cannot be reached, its certificate does not fit, or it does not take the mail now",
    "check mail.server (host, port, tls, ca) and the line; it is tried again by itself, with what waits then",
  ),
  ERR_MAIL_REFUSED: row(
    "MailError",
    "permanent",
    "the mail server refuses sender, recipient or login",
    "correct mail.from, the address or the password file, then restart; until then it is tried every hour",
  ),

  ERR_DIRECTORY_UNREACHABLE: row(
    "DirectoryError",
    "transient",
    "the hospital's directory cannot be reached, its certificate does not fit, or it is busy; people are found as it was read last",
    "check directory.url, tls and ca and the line; it is read again by itself every few minutes",
  ),
  ERR_DIRECTORY_REFUSED: row(
    "DirectoryError",
    "permanent",
    "the directory refuses login or search, or sends us to another one, which is never followed",
    "correct directory.bindDn, the password file, base or filter, then restart; the message has its result code (RFC 4511 4.1.9)",
  ),
  ERR_DIRECTORY_EMPTY: row(
    "DirectoryError",
    "permanent",
    "the directory answers, and shows nobody who has an id and a name: what was read before is kept",
    "see whether the account may read the attributes of directory.attributes below base, and whether filter fits",
  ),
  ERR_DIRECTORY_UNREADABLE: row(
    "DirectoryError",
    "permanent",
    "what answers is no LDAP directory, or sends more than a directory may have",
    "check directory.url; narrow base or filter if there are more than 20,000 people",
  ),

  ERR_CLOCK_OFF: row(
    "ClockError",
    "transient",
    "this machine's clock is further from its time source than time.limit: nothing is signed",
    "see `chronyc tracking` and `chronyc sources`; signing goes on by itself once the clock is right",
    "HTTP 503",
  ),
  ERR_CLOCK_UNKNOWN: row(
    "ClockError",
    "transient",
    "nobody says how right this machine's clock is: chrony is not running or has no source. Nothing is signed",
    "start chronyd and give it a source that answers; signing goes on by itself",
    "HTTP 503",
  ),

  ERR_SIGN_INTENT: row(
    "ReportError",
    "permanent",
    "the passkey assertion does not fit what was frozen",
    "prepare the report again",
    "HTTP 409",
  ),
  ERR_SIGN_IMAGES: row(
    "ReportError",
    "permanent",
    "images came or were withdrawn after the report was frozen",
    "look at them and prepare the report again",
    "HTTP 409",
  ),
  ERR_SIGN_CERTIFICATE: row(
    "ReportError",
    "permanent",
    "the signer's certificate may not sign this report",
    "check role, policy and validity of the certificate",
    "HTTP 422",
  ),
  ERR_REPORT_STATE: row(
    "ReportError",
    "permanent",
    "the report is not in a state that allows this",
    "reload the page",
    "HTTP 409",
  ),
  ERR_CONSENT: row(
    "ReportError",
    "permanent",
    "the agreement lets no images leave without the patient's consent, and none is on record",
    "choose the policy the patient has acknowledged on the page of the request, and send",
    "HTTP 409",
  ),
  ERR_PATIENT_UNMAPPED: row(
    "ReportError",
    "permanent",
    "the partner's repository numbers patients in a domain of its own, and nobody has entered this patient's number there",
    "enter it on the page of the request, and send",
    "HTTP 409",
  ),
  ERR_REPORT_GLYPH: row(
    "ReportError",
    "permanent",
    "a character cannot be printed with the report font",
    "replace the character shown",
    "HTTP 422",
  ),

  ERR_FRAME_FAULT: row(
    "DrawError",
    "permanent",
    "the pixels of a frame contradict their description",
    "the picture is shown as unreadable; ask the hospital to send it again",
    "HTTP 422",
  ),
  ERR_FRAME_UNSUITABLE: row(
    "DrawError",
    "permanent",
    "the frame cannot be coded without loss or drawn",
    "none: the instance is sent as received",
    "HTTP 406",
  ),
  ERR_DRAW_UNAVAILABLE: row(
    "DrawError",
    "transient",
    "the drawing process ended or did not answer in time",
    "it is started again by itself; look for memory limits when this repeats",
    "HTTP 503",
  ),

  ERR_NOT_FOUND: row(
    "DeskError",
    "permanent",
    "no such thing, or not for you",
    "go back to the list",
    "HTTP 404",
  ),
  ERR_INPUT: row(
    "DeskError",
    "permanent",
    "the request body has faults",
    "correct the named fields",
    "HTTP 400",
  ),
  ERR_LOCKED: row(
    "DeskError",
    "permanent",
    "another reader holds the case",
    "ask them, or take another",
    "HTTP 423",
  ),
  ERR_NOT_ALLOWED: row(
    "DeskError",
    "permanent",
    "your role does not allow this",
    "ask the administrator",
    "HTTP 403",
  ),
  ERR_LOGIN_NEEDED: row(
    "DeskError",
    "permanent",
    "nobody is logged in, or the session has ended",
    "log in again",
    "HTTP 401",
  ),
  ERR_LOGIN_REFUSED: row(
    "DeskError",
    "permanent",
    "the passkey or token was not accepted",
    "try again with the device that was enrolled",
    "HTTP 401",
  ),
  ERR_CODE_REFUSED: row(
    "DeskError",
    "permanent",
    "the enrolment code is unknown, used or expired",
    "ask the administrator for a new code",
    "HTTP 401",
  ),
  ERR_TOO_MANY_ATTEMPTS: row(
    "DeskError",
    "transient",
    "too many attempts; the account or the address has to wait",
    "wait 15 minutes",
    "HTTP 429",
  ),
  ERR_FOREIGN_ORIGIN: row(
    "DeskError",
    "permanent",
    "the request did not come from the page of this desk",
    "open the desk by its own address",
    "HTTP 403",
  ),
  ERR_INPUT_TOO_LARGE: row(
    "DeskError",
    "permanent",
    "the request body is longer than this endpoint takes",
    "send less",
    "HTTP 413",
  ),
  ERR_INPUT_TYPE: row(
    "DeskError",
    "permanent",
    "the request body is not JSON by its Content-Type",
    "send application/json",
    "HTTP 415",
  ),
  ERR_NOT_ACCEPTABLE: row(
    "DeskError",
    "permanent",
    "the object cannot be had in a media type of Accept",
    "ask for the media type named",
    "HTTP 406",
  ),
  ERR_RANGE: row(
    "DeskError",
    "permanent",
    "the byte range lies outside the object",
    "ask within its length",
    "HTTP 416",
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

  ERR_COLLECTOR_UNREACHABLE: row(
    "CollectorError",
    "transient",
    "the audit record repository cannot be reached",
    "check host, port and line; records wait in the trail and are sent by themselves",
  ),
  ERR_COLLECTOR_TLS: row(
    "CollectorError",
    "transient",
    "the TLS handshake with the audit record repository failed, or its certificate is not the agreed one",
    "compare its certificate with audit.collectors (ca; host or tlsPins), and see that it trusts keys.tls",
  ),
  ERR_COLLECTOR_ENDED: row(
    "CollectorError",
    "ambiguous",
    "the audit record repository broke the connection off, or did not end it in good order when asked to",
    "nothing: what it may not have read is sent again. If it happens every time nothing ever counts as sent: see that it trusts keys.tls, and that it ends its side when we end ours (RFC 5425 4.4)",
  ),

  ERR_SELF_TEST_OVER: row(
    "ContentError",
    "permanent",
    "a self-test was not answered before its term, or was ended by who began it; what there was of it is destroyed",
    "begin another (`dokuei self-test FILE`), and see at which stage it stays",
  ),

  ERR_JOIN_CODE: row(
    "JoinError",
    "permanent",
    "the code of an invitation is mistyped, was used, is over, or is for another hospital",
    "compare it letter by letter; then ask the reading centre for a new one (`dokuei invite`)",
    "HTTP 403",
  ),
  ERR_JOIN_CENTER: row(
    "JoinError",
    "permanent",
    "whoever answers at the address does not hold the key that the code names; nothing was said to them",
    "compare the address with the reading centre by telephone; if it is right, somebody stands in between: tell both sides",
  ),
  ERR_JOIN_LINE: row(
    "JoinError",
    "transient",
    "the reading centre's door cannot be reached, or broke off",
    "see that this machine may call that address and port; after `/join` was answered a new code is needed",
  ),
  ERR_JOIN_REFUSED: row(
    "JoinError",
    "permanent",
    "the joining ended without certificates: the digits did not fit, too many tries, or its time was over",
    "talk to the other side by telephone, then begin anew with a new code",
    "HTTP 403",
  ),
  ERR_JOIN_ANSWER: row(
    "JoinError",
    "permanent",
    "what came with the joining does not fit: a certificate not for our keys, or something that cannot be read",
    "keep nothing of it; tell the reading centre, and begin anew with a new code",
    "HTTP 400",
  ),
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
