/** RegistryPackage → SubmissionSet. */
import { checkAttributes } from "./attribute-check.ts"
import { AttributeReader } from "./attribute-reader.ts"
import { SUBMISSION_SET_ROWS as ROWS } from "./attributes.ts"
import type { Complaints } from "./metadata-fault.ts"
import type { RegistryObject } from "./registry-object.ts"
import type { SubmissionSet } from "./submission.ts"

/** Faults go to `complaints`; the value is of use only when there were none. */
export function readSubmissionSet(object: RegistryObject, complaints: Complaints): SubmissionSet {
  checkAttributes(object, ROWS, complaints)
  const read = new AttributeReader(object)
  return {
    entryUUID: object.id,
    limitedMetadata: read.has(ROWS.limitedMetadata),
    uniqueId: read.needed(ROWS.uniqueId),
    sourceId: read.needed(ROWS.sourceId),
    patientId: read.value(ROWS.patientId),
    submissionTime: read.needed(ROWS.submissionTime),
    title: object.name,
    author: read.author(ROWS.author),
    contentTypeCode: read.code(ROWS.contentTypeCode),
    intendedRecipient: read.values(ROWS.intendedRecipient),
  }
}
