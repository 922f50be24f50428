/** What each activity of the Application Entity does: associations, statuses, timers and limits. */
import { TIMEOUTS } from "../../actors/association-requestor/remote.ts"
import { DEFAULTS } from "../../actors/storage-scp/listen.ts"
import { MAX_OPERATIONS } from "../../actors/storage-scp/negotiate.ts"
import { ANSWER_WITHIN_MS, TELL_WITHIN_MS } from "../../journey/receive/commit.ts"
import { MAX_COMMAND_SET_BYTES } from "../../standards/dicom/command-set.ts"
import { STATUS, statusInWords } from "../../standards/dicom/dimse-status.ts"
import { MAX_ASSOCIATE_LENGTH_BYTES, MAX_PDU_LENGTH_BYTES } from "../../standards/dicom/pdu-reader.ts"
import { MAX_CONTEXTS, MAX_TRANSFER_SYNTAXES } from "../../standards/dicom/presentation-context.ts"
import { REJECT_REASON } from "../../standards/dicom/rejection.ts"
import type { RejectReason } from "../../standards/dicom/rejection.ts"
import { FAILURE_REASON, MAX_REFERENCES } from "../../standards/dicom/storage-commitment.ts"
import { code, table } from "./markdown.ts"

const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`
const hours = (milliseconds: number): string => `${milliseconds / 3_600_000} h`
const hex = (status: number): string => `${status.toString(16).toUpperCase().padStart(4, "0")}H`

/** When each row of PS3.8 table 9-21 is answered. */
const REJECTED_WHEN: Readonly<Record<RejectReason, readonly [result: string, when: string]>> = {
  noReason: ["permanent", "the peer's Maximum Length carries no fragment (1 to 7 bytes)"],
  applicationContext: ["permanent", "another application context"],
  callingAE: [
    "permanent",
    "calling AE title not configured, or it calls from another address or shows another key than configured",
  ],
  calledAE: ["permanent", "called AE title is not ours"],
  noReasonOfProvider: ["", "not sent"],
  protocolVersion: ["permanent", "protocol version without bit 0"],
  temporaryCongestion: ["transient", "the store cannot be opened at the moment"],
  localLimitExceeded: ["transient", "too many associations, in all or of this AE title"],
}

export function acceptorSection(): string[] {
  return [
    "## Accepting associations",
    table(
      ["", "", "setting"],
      [
        [
          "associations at once, over both ports",
          String(DEFAULTS.maxAssociations),
          code("dicom.maxAssociations"),
        ],
        [
          "of one calling AE title",
          String(DEFAULTS.maxAssociationsPerAE),
          code("dicom.maxAssociationsPerAE"),
        ],
        ["Maximum Length announced", `${MAX_PDU_LENGTH_BYTES} bytes`, ""],
        ["largest A-ASSOCIATE-RQ read", `${MAX_ASSOCIATE_LENGTH_BYTES} bytes`, ""],
        [
          "presentation contexts",
          `${MAX_CONTEXTS}, each of at most ${MAX_TRANSFER_SYNTAXES} transfer syntaxes`,
          "",
        ],
        ["command set", `at most ${MAX_COMMAND_SET_BYTES} bytes`, ""],
        [
          "ARTIM, from connect to A-ASSOCIATE-RQ and from the last word to the close",
          seconds(DEFAULTS.artimMs),
          "",
        ],
        ["idle, from whole PDU to whole PDU; then A-ABORT (source 0)", seconds(DEFAULTS.idleMs), ""],
        ["the same while the result of a commitment is awaited", seconds(DEFAULTS.waitingMs), ""],
        ["asynchronous operations window", `as asked, up to ${MAX_OPERATIONS} invoked; 1 performed`, ""],
      ],
    ),
    "Called and calling AE title must be configured (`dicom.aeTitle`, `dicom.modalities`, `dicom.archive`); the address is " +
      "compared where `addresses` of a device names any. SCP/SCU role selection: for Storage and Verification the requestor may be SCU only; for Storage " +
      "Commitment it may be either. A context in which neither side could speak is answered *user-rejection*. SOP Class " +
      "Extended Negotiation of storage classes is answered with level 2, digital signature level 3, no coercion.",
    table(
      ["A-ASSOCIATE-RJ", "source", "reason", "result", "when"],
      Object.entries(REJECT_REASON).map(([name, { source, reason, meaning }]) => {
        const [result, when] = REJECTED_WHEN[name as RejectReason]
        return [meaning, String(source), String(reason), result, when]
      }),
    ),
    "A-ABORT is sent with source 2 and reason 1 (unrecognized PDU), 2 (unexpected PDU), 5 (unexpected parameter: a fragment " +
      "out of place, an item twice) or 6 (invalid parameter value: lengths, command sets), and with source 0 for silence " +
      "and at the end of the program.",
    "### C-STORE",
    "The answer 0000H means that the object is encrypted and synchronised to disk. The same data set under the same SOP " +
      "Instance UID is answered 0000H and kept once; another data set under it is kept beside the first, and a person is " +
      "told. A Study Instance UID in use for another patient is kept apart until a person decides. Objects are not coerced. No Q/R: what is stored is given to the reading centre and to nobody else.",
    table(
      ["status", "when"],
      [
        [statusInWords(STATUS.success), "durable"],
        [
          statusInWords(STATUS.outOfResources),
          "the disk fails, or has no room for this object: urgent images are taken longer than routine ones (`disk`); nothing of the object is kept",
        ],
        [statusInWords(STATUS.dataSetDoesNotMatchSOPClass), "data set and command name different instances"],
        [
          statusInWords(STATUS.cannotUnderstand),
          "no data set, or patient, study and instance cannot be read from it",
        ],
        [statusInWords(STATUS.invalidSOPInstance), "the Affected SOP Instance UID is no UID"],
        [
          statusInWords(STATUS.sopClassNotSupported),
          "another SOP Class than that of the presentation context",
        ],
        [statusInWords(STATUS.processingFailure), "a fault of our own"],
        [statusInWords(STATUS.unrecognizedOperation), "any other DIMSE service"],
      ],
    ),
  ]
}

export function commitmentSection(): string[] {
  return [
    "## Storage Commitment Push Model",
    "A commitment is a promise to keep *and to give back*; the gateway does neither for the hospital. A device's N-ACTION is " +
      "kept durably, answered, and asked of `dicom.archive` under a Transaction UID of our own. Its N-EVENT-REPORT is taken " +
      "on the same or on a new association and passed on to the device: on the association that asked while it is open, " +
      "else on a new one to the device's `host` and `port`, with SCP role proposed. An instance that the archive does not " +
      "name is reported as failed. Retrieve AE Title is passed on; Storage Media File-Set is not supported.",
    table(
      ["", ""],
      [
        ["references in one request", `at most ${MAX_REFERENCES}`],
        ["the archive has for its answer", hours(ANSWER_WITHIN_MS)],
        ["the device is tried again for", hours(TELL_WITHIN_MS)],
        ["SOP Instance UIDs are kept", "sealed, until the device has its answer"],
      ],
    ),
    table(
      ["Failure Reason (0008,1197)", "when"],
      [
        [
          hex(FAILURE_REASON.processingFailure),
          "no archive is configured and we have the instance; or the archive refused, did not answer in time, or left the instance out",
        ],
        [hex(FAILURE_REASON.noSuchInstance), "no archive is configured and we have never had the instance"],
        [
          hex(FAILURE_REASON.resourceLimitation),
          "the archive refused for lack of resources until its time was over",
        ],
        [
          hex(FAILURE_REASON.duplicateTransactionUID),
          "the Transaction UID stands for other instances, whose answer is open",
        ],
        ["any other", "as the archive said it"],
      ],
    ),
    table(
      ["status of N-ACTION and N-EVENT-REPORT", "when"],
      [
        [statusInWords(STATUS.success), "kept durably"],
        [statusInWords(STATUS.noSuchSOPInstance), "another instance than the well-known one"],
        [statusInWords(STATUS.noSuchSOPClass), "another SOP Class than that of the presentation context"],
        [
          `${statusInWords(STATUS.noSuchActionType)}; ${statusInWords(STATUS.noSuchEventType)}`,
          "action type not 1; event type not 1 or 2",
        ],
        [statusInWords(STATUS.invalidArgumentValue), "no data set, or one that cannot be read"],
        [statusInWords(STATUS.resourceLimitation), "more references than are taken"],
        [statusInWords(STATUS.notAuthorized), "a result from another AE title than the archive's"],
        [
          statusInWords(STATUS.processingFailure),
          "a result for a transaction that is not ours; a fault of our own",
        ],
        [statusInWords(STATUS.unrecognizedOperation), "a role that was not negotiated"],
      ],
    ),
  ]
}

export function requestorSection(): string[] {
  return [
    "## Requesting associations",
    "To the archive, to store a report or to ask for a commitment; to a device, to tell the result of a commitment. One " +
      "operation at a time. A data set is streamed: a peer that reads slowly slows the gateway down.",
    table(
      ["", ""],
      [
        ["TCP and TLS handshakes", seconds(TIMEOUTS.connectMs)],
        ["answer to A-ASSOCIATE-RQ and A-RELEASE-RQ", seconds(TIMEOUTS.artimMs)],
        ["response to an operation; a peer that does not read", seconds(TIMEOUTS.responseMs)],
        [
          "fragments",
          `even, within the peer's Maximum Length; ${MAX_PDU_LENGTH_BYTES} bytes where it sets none`,
        ],
        ["transfer syntaxes proposed", "Explicit VR Little Endian, Implicit VR Little Endian"],
        [
          "role selection",
          "none as SCU; SCP for the result of a commitment. An answer without the item is taken as consent, an answer that says no is obeyed",
        ],
      ],
    ),
    table(
      ["what the peer answers", "what follows"],
      [
        ["success, warning", "done"],
        [
          `A-ASSOCIATE-RJ transient, ${[STATUS.outOfResources, STATUS.resourceLimitation].map(hex).join(", ")}, no connection, no answer`,
          "tried again, 1 s to 5 min apart with chance in it",
        ],
        ["A-ASSOCIATE-RJ permanent", "tried again every hour: somebody has to correct a setting"],
        [
          "the SOP Class is not accepted",
          "Encapsulated PDF: Secondary Capture is tried; else a person is told",
        ],
        [
          `any other failure, e.g. ${statusInWords(STATUS.cannotUnderstand)}`,
          "a person is told; not tried again",
        ],
        ["a status that no standard gives", "as a failure"],
      ],
    ),
  ]
}
