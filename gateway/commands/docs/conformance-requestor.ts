/** Chapter 3.2.4 of the conformance statement: associations the Application Entity requests. */
import { SECONDARY_CAPTURE_STORAGE } from "../../standards/dicom/secondary-capture.ts"
import { ENCAPSULATED_PDF_STORAGE } from "../../standards/dicom/encapsulated-pdf.ts"
import { STATUS, statusInWords } from "../../standards/dicom/dimse-status.ts"
import { STORAGE_COMMITMENT_SOP_CLASS } from "../../standards/dicom/service.ts"
import { VERIFICATION_SOP_CLASS } from "../../standards/dicom/sop-classes.ts"
import { WRITTEN_SYNTAXES, contextTable } from "./conformance-tables.ts"
import { code, table } from "./markdown.ts"

const BUSY = [STATUS.outOfResources, STATUS.resourceLimitation].map(statusInWords).join("; ")
const AGAIN = "tried again, 1 s to 5 min apart with chance in it"
const HOURLY = "tried again every hour: somebody has to correct a setting"
/** What may happen before an operation is answered, whichever it is. */
const TRANSIENT = "A-ASSOCIATE-RJ transient, A-ABORT, no connection, no answer"
const TOLD = "a person is told; not tried again by itself"

export function initiation(): string[] {
  return [
    "#### 3.2.4 Association initiation policy",
    "One association for each activity, one operation at a time with priority *medium*, released afterwards. A data set is streamed: a peer that reads " +
      "slowly slows the gateway down. No extended negotiation, user identity or asynchronous operations are proposed; Maximum Length, " +
      "Implementation Class UID and Version Name are. A transfer syntax that was not proposed is not spoken, whatever the answer says.",
    "##### 3.2.4.1 A report is stored in the archive",
    contextTable([["Encapsulated PDF Storage", ENCAPSULATED_PDF_STORAGE, WRITTEN_SYNTAXES, "SCU", "none"]]),
    "Where that context is not accepted, on a new association:",
    contextTable([
      ["Secondary Capture Image Storage", SECONDARY_CAPTURE_STORAGE, WRITTEN_SYNTAXES, "SCU", "none"],
    ]),
    table(
      ["what the archive answers to C-STORE", "what follows"],
      [
        [statusInWords(STATUS.success), "stored; no commitment is asked for"],
        ["B000H, B006H, B007H, warnings", "stored"],
        [BUSY, AGAIN],
        [
          `any other failure, e.g. ${[STATUS.dataSetDoesNotMatchSOPClass, STATUS.cannotUnderstand, STATUS.sopClassNotSupported].map(statusInWords).join("; ")}`,
          TOLD,
        ],
        ["a status that no standard gives", "as a failure"],
        ["neither context is accepted", TOLD],
        [TRANSIENT, AGAIN],
        ["A-ASSOCIATE-RJ permanent", HOURLY],
      ],
    ),
    "An attempt that is repeated stores the same SOP Instances: their UIDs follow from the report.",
    "##### 3.2.4.2 A commitment is asked of the archive",
    contextTable([
      ["Storage Commitment Push Model", STORAGE_COMMITMENT_SOP_CLASS, WRITTEN_SYNTAXES, "SCU", "none"],
    ]),
    table(
      ["what the archive answers to N-ACTION", "what follows"],
      [
        [
          statusInWords(STATUS.success),
          "its N-EVENT-REPORT is awaited for 30 s on this association, afterwards on one it requests (3.2.3.4)",
        ],
        [BUSY, `${AGAIN}, until its time is over (3.2.3.4)`],
        [
          "any other failure, A-ASSOCIATE-RJ permanent, or the context is not accepted",
          "every instance is reported as failed to the device",
        ],
        [TRANSIENT, `${AGAIN}, until its time is over`],
      ],
    ),
    "##### 3.2.4.3 The result of a commitment is told to a device",
    "On the association on which the device asked, while it is open; else on a new one, to `host` and `port` of the device:",
    contextTable([
      [
        "Storage Commitment Push Model",
        STORAGE_COMMITMENT_SOP_CLASS,
        WRITTEN_SYNTAXES,
        "SCP",
        "role selection: SCP",
      ],
    ]),
    "An answer without the role item is taken as consent, an answer that says no is obeyed.",
    table(
      ["what the device answers to N-EVENT-REPORT", "what follows"],
      [
        [statusInWords(STATUS.success), "told"],
        [`${BUSY}; ${TRANSIENT}`, `${AGAIN}, for as long as 3.2.3.4 says`],
        [
          "any other failure, A-ASSOCIATE-RJ permanent, or the context is not accepted",
          `${HOURLY}, for as long`,
        ],
      ],
    ),
    "##### 3.2.4.4 A node is tested",
    contextTable([
      [
        "Verification",
        VERIFICATION_SOP_CLASS,
        "Implicit VR Little Endian, Explicit VR Little Endian",
        "SCU",
        "none",
      ],
    ]),
    `By \`dokuei echo\` or on the technician's page; ${code("0000H")} is a success, the word of any other answer is shown.`,
  ]
}
