/** The line between hospital and reading centre, and a medium in its place. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const LINE_ERRORS = {
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
  ERR_REPORT_DOUBTED: row(
    "ContentError",
    "permanent",
    "by what authorities say today the signature of a report that was valid can no longer be confirmed, e.g. its signer's key was stolen at an unknown time: no copy that lasts can be made of it",
    "ask the reading centre to have the report signed anew, and the signer's authority since when the key was in other hands; it is looked at again every 30 days",
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
  ERR_SELF_TEST_OVER: row(
    "ContentError",
    "permanent",
    "a self-test was not answered before its term, or was ended by who began it; what there was of it is destroyed",
    "begin another (`dokuei self-test FILE`), and see at which stage it stays",
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
