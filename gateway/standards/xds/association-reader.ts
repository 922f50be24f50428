/**
 * rim:Association → membership or relationship (ITI TF-3 4.2.2).
 *
 * What we cannot keep — folders, references, unknown relationships — is no reason to refuse (ITI TF-2
 * 3.41.4.1.3): one warning each.
 */
import { attributeOf } from "../xml/reader.ts"
import { at, type Complaints } from "./metadata-fault.ts"
import type { RegistryObject } from "./registry-object.ts"
import type { Relationship } from "./submission.ts"
import { ASSOCIATION_TYPE, HAS_MEMBER, objectId } from "./vocabulary.ts"

export interface RawAssociation {
  readonly id: string
  readonly type: Relationship | "HasMember"
  readonly source: string
  readonly target: string
  /** SubmissionSetStatus, "" when absent. */
  readonly status: string
}

const TYPES = new Map<string, Relationship | "HasMember">([
  [HAS_MEMBER, "HasMember"],
  ["HasMember", "HasMember"],
  ...relationships(),
])

function relationships(): [string, Relationship][] {
  const names: readonly Relationship[] = ["APND", "RPLC", "XFRM", "XFRM_RPLC", "signs"]
  return names.map((name) => [ASSOCIATION_TYPE[name], name])
}

/** null when it is of a type we do not know; the warning is given. */
export function readAssociation(object: RegistryObject, complaints: Complaints): RawAssociation | null {
  const given = attributeOf(object.element, "associationType") ?? ""
  const type = TYPES.get(given)
  const source = objectId(attributeOf(object.element, "sourceObject") ?? "")
  const target = objectId(attributeOf(object.element, "targetObject") ?? "")
  const complain = (sentence: string): void =>
    complaints.error(`${object.id}: ${sentence}`, "XDSRepositoryMetadataError", at(object.id))
  if (source === "" || target === "") complain("association without source or target")
  else if (source === target || [source, target].includes(object.id)) complain("association with itself")
  if (type === undefined) {
    complaints.warning(
      `${object.id}: association type ${given}`,
      "PartialRelationshipContentNotProcessed",
      at(object.id, "@associationType"),
    )
    return null
  }
  return { id: object.id, type, source, target, status: object.slots.get("SubmissionSetStatus")?.[0] ?? "" }
}
