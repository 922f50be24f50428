/** RegistryPackage → SubmissionSet (ITI TF-3 table 4.3.1-3, column "XDR DS"). */
import { AttributeReader, CX_RULE } from "./attribute-reader.ts"
import { isDtm, isOid, isRecipient } from "./data-types.ts"
import type { Complaints } from "./metadata-fault.ts"
import type { RegistryObject } from "./registry-object.ts"
import type { SubmissionSet } from "./submission.ts"
import { SUBMISSION_SET } from "./vocabulary.ts"

const KNOWN_SLOTS = new Set(["submissionTime", "intendedRecipient"])

/** Faults go to `complaints`; the value is of use only when there were none. */
export function readSubmissionSet(object: RegistryObject, complaints: Complaints): SubmissionSet {
  const read = new AttributeReader(object, complaints)
  if (read.hasLabel(SUBMISSION_SET.limitedMetadata))
    read.complain("limited metadata are flagged, and not accepted here")
  read.warnOfOtherSlots(KNOWN_SLOTS)
  return {
    entryUUID: object.id,
    uniqueId: read.identifier("uniqueId", SUBMISSION_SET.uniqueId, { test: isOid }),
    sourceId: read.identifier("sourceId", SUBMISSION_SET.sourceId, { test: isOid }),
    patientId: read.identifier("patientId", SUBMISSION_SET.patientId, CX_RULE),
    submissionTime: read.slot("submissionTime", { test: isDtm }),
    title: object.name,
    author: read.author(SUBMISSION_SET.author),
    contentTypeCode: read.code("contentTypeCode", SUBMISSION_SET.contentTypeCode),
    intendedRecipient: read.listSlot("intendedRecipient", { test: isRecipient }),
  }
}
