/** Chapters 3.2.1 to 3.2.3 of the conformance statement: policies of the Application Entity, and what it answers. */
import { DEFAULTS } from "../../actors/storage-scp/listen.ts"
import { MAX_OPERATIONS } from "../../actors/storage-scp/negotiate.ts"
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../../standards/dicom/part10.ts"
import { DICOM_APPLICATION_CONTEXT } from "../../standards/dicom/pdu.ts"
import { STATUS, statusInWords } from "../../standards/dicom/dimse-status.ts"
import { REJECT_REASON, type RejectReason } from "../../standards/dicom/rejection.ts"
import { STORAGE_COMMITMENT_SOP_CLASS } from "../../standards/dicom/service.ts"
import { VERIFICATION_SOP_CLASS } from "../../standards/dicom/sop-classes.ts"
import { WRITTEN_SYNTAXES, contextTable } from "./conformance-tables.ts"
import { code, table } from "./markdown.ts"

export function policies(): string[] {
  return [
    "### 3.2 AE specification",
    "#### 3.2.1 SOP Classes",
    "As user and as provider: the table of chapter 1; of Storage every SOP Class of 8.6.",
    "#### 3.2.2 Association policies",
    table(
      ["", ""],
      [
        ["Application Context Name", code(DICOM_APPLICATION_CONTEXT)],
        [
          "associations accepted at once",
          `${DEFAULTS.maxAssociations} over both ports, ${DEFAULTS.maxAssociationsPerAE} of one calling AE title (3.4.2)`,
        ],
        ["associations requested at once", "one for each delivery that is under way, one for each test"],
        [
          "asynchronous operations as acceptor",
          `as asked, up to ${MAX_OPERATIONS} invoked (0 asks for ${MAX_OPERATIONS}), 1 performed; C-STORE only: any other operation waits for those before it. Each object is answered when it is durable`,
        ],
        ["asynchronous operations as requestor", "not proposed: one operation at a time"],
        ["Implementation Class UID", code(IMPLEMENTATION_CLASS_UID)],
        ["Implementation Version Name", code(IMPLEMENTATION_VERSION_NAME)],
      ],
    ),
  ]
}

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

export function acceptance(): string[] {
  return [
    "#### 3.2.3 Association acceptance policy",
    "Called and calling AE title must be configured (`dicom.aeTitle`, `dicom.modalities`, `dicom.archive`); the address is " +
      "compared where `addresses` of a device names any, the key where `tlsPins` names any. The archive may verify and tell results; it may " +
      "store and ask only where it is a device as well. Refusals are logged, audited and shown on the technician's page.",
    table(
      ["A-ASSOCIATE-RJ", "source", "reason", "result", "when"],
      Object.entries(REJECT_REASON).map(([name, { source, reason, meaning }]) => {
        const [result, when] = REJECTED_WHEN[name as RejectReason]
        return [meaning, String(source), String(reason), result, when]
      }),
    ),
    table(
      ["A-ABORT", "source", "reason", "when"],
      [
        ["by the service user", "0", "0", "nothing came for the idle time; the program ends"],
        ["reason not specified", "2", "0", "DICOM in the clear on the TLS port"],
        [
          "unrecognized PDU",
          "2",
          "1",
          "a PDU type that PS3.8 does not give; TLS or HTTP on the port in the clear",
        ],
        [
          "unexpected PDU",
          "2",
          "2",
          "a PDU out of turn (PS3.8 table 9-10); before an association too, where the table has source 0",
        ],
        ["unexpected PDU parameter", "2", "5", "a fragment out of place; an item twice"],
        [
          "invalid PDU parameter value",
          "2",
          "6",
          "lengths that lie or pass a limit of 3.4.2; a command set that cannot be read",
        ],
      ],
    ),
    "##### 3.2.3.1 Accepted presentation contexts",
    contextTable([
      ["Verification", VERIFICATION_SOP_CLASS, "any of 8.7", "SCP", "none"],
      ["Storage", "any of 8.6", "any of 8.7", "SCP", "3.2.3.2"],
      [
        "Storage Commitment Push Model",
        STORAGE_COMMITMENT_SOP_CLASS,
        WRITTEN_SYNTAXES,
        "SCP and SCU",
        "none",
      ],
    ]),
    "Of each context one transfer syntax is taken (8.7). Presentation contexts are judged one by one; two may name one abstract syntax. " +
      "A context is refused with *abstract-syntax-not-supported*, *transfer-syntaxes-not-supported*, or, when neither side could " +
      "speak in it, *user-rejection*. SCP/SCU role selection: for Storage and Verification the requestor may be SCU only; for Storage " +
      "Commitment it may be either.",
    "##### 3.2.3.2 Storage",
    "SOP Class Extended Negotiation of storage classes is answered with level 2 (full), digital signature level 3, no coercion. By SOP " +
      "Class Common Extended Negotiation a requestor may declare a SOP Class as storage: then it is taken though it is not in 8.6 " +
      "(`dicom.declaredSopClasses`).",
    "The answer 0000H means that the object is encrypted and synchronised to disk. The same data set under the same SOP " +
      "Instance UID is answered 0000H and kept once; another data set under it is kept beside the first, and a person is " +
      "told. A Study Instance UID in use for another patient is kept apart until a person decides. Objects are not coerced. " +
      "What is stored is given to the reading centre and to nobody else, and kept for the agreed term ([retention.md](retention.md)).",
    table(
      ["status sent", "when"],
      [
        [statusInWords(STATUS.success), "durable"],
        [
          statusInWords(STATUS.outOfResources),
          "the disk fails, or has no room for this object: urgent images are taken longer than routine ones (`disk`); nothing of the object is kept",
        ],
        [statusInWords(STATUS.dataSetDoesNotMatchSOPClass), "data set and command name different instances"],
        [
          statusInWords(STATUS.cannotUnderstand),
          "no data set, or patient, study and instance cannot be read from it; a deflated data set that is cut",
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
    "Warnings (B000H, B006H, B007H) are never sent. Error Comment (0000,0902) says the reason without patient data. What a device should " +
      "do: after A700H and 0110H send the object again later; after the others it must be corrected first.",
    "##### 3.2.3.3 Verification",
    "C-ECHO is answered 0000H.",
  ]
}
