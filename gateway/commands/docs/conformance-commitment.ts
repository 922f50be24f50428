/** Chapter 3.2.3.4 of the conformance statement: Storage Commitment Push Model, as provider to devices and user of the archive. */
import { ANSWER_WITHIN_MS, TELL_WITHIN_MS } from "../../journey/receive/commit.ts"
import { STATUS, statusInWords, statusHex } from "../../standards/dicom/dimse-status.ts"
import { STORAGE_COMMITMENT_SOP_INSTANCE } from "../../standards/dicom/service.ts"
import { FAILURE_REASON, MAX_REFERENCES } from "../../standards/dicom/storage-commitment.ts"
import { code, table } from "./markdown.ts"

const hours = (milliseconds: number): string => `${milliseconds / 3_600_000} h`

export function commitmentSection(): string[] {
  return [
    "##### 3.2.3.4 Storage Commitment Push Model",
    "A commitment is a promise to keep *and to give back*; the gateway does neither for the hospital. A device's N-ACTION is " +
      "kept durably, answered, and asked of `dicom.archive` under a Transaction UID of our own. Its N-EVENT-REPORT is taken " +
      "on the same or on a new association and passed on to the device under the device's own Transaction UID (3.2.4.3). An instance " +
      "that the archive does not name is reported as failed. Retrieve AE Title is passed on; Storage Media File-Set is not supported. Request " +
      "and result survive a restart at any moment.",
    table(
      ["", ""],
      [
        ["Requested SOP Instance UID", code(STORAGE_COMMITMENT_SOP_INSTANCE)],
        ["references in one request", `at most ${MAX_REFERENCES}`],
        ["the archive has for its answer", hours(ANSWER_WITHIN_MS)],
        ["the device is tried again for", hours(TELL_WITHIN_MS)],
        ["SOP Instance UIDs are kept", "sealed, until the device has its answer"],
      ],
    ),
    table(
      ["Failure Reason (0008,1197) told", "when"],
      [
        [
          statusHex(FAILURE_REASON.processingFailure),
          "no archive is configured and we have the instance; or the archive refused, did not answer in time, or left the instance out",
        ],
        [
          statusHex(FAILURE_REASON.noSuchInstance),
          "no archive is configured and we have never had the instance",
        ],
        [
          statusHex(FAILURE_REASON.resourceLimitation),
          "the archive refused for lack of resources until its time was over",
        ],
        [
          statusHex(FAILURE_REASON.duplicateTransactionUID),
          "the Transaction UID stands for other instances, whose answer is open",
        ],
        ["any other", "as the archive said it"],
      ],
    ),
    table(
      ["status sent to N-ACTION and N-EVENT-REPORT", "when"],
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
