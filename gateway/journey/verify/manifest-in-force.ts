/**
 * Manifest in force: of the manifests that came for a study the one that says what counts. Submissions may be verified in
 * another order than the hospital made them: an older word must not bring back what a newer one has withdrawn.
 */
import { ContentError } from "../errors.ts"
import type { ObjectId } from "../ports/spool.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { ManifestInForce, StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

/** What a submission brings to a study, besides what is kept of it already. */
export interface Brought {
  readonly manifest: ManifestInForce
  /** entryUUIDs that this submission replaces. */
  readonly replaced: ReadonlySet<string>
  /** SOP Instance UIDs of the manifest. */
  readonly named: ReadonlySet<string>
  readonly instances: readonly InstanceRecord[]
}

/**
 * The first one; the one that says it replaces what is in force; else the newer one by the sender's own time, since its
 * predecessor may have been refused, given up or lost with a ledger.
 */
export function comesIntoForce(
  { manifest: inForce }: Pick<StudyRecord, "manifest">,
  { manifest, replaced }: Pick<Brought, "manifest" | "replaced">,
): boolean {
  if (inForce === undefined || replaced.has(inForce.entryUUID)) return true
  return manifest.submissionTime >= inForce.submissionTime
}

/**
 * Is everything here that the manifest names (RAD TF-3 4.68.4.1.2)? False while an earlier submission of the study waits for its own verdict: it
 * may bring the rest.
 *
 * @throws ContentError ERR_DOCUMENTS
 */
export async function isWhole(
  world: World,
  submission: SubmissionRecord,
  kept: readonly InstanceRecord[],
  { named, instances }: Brought,
): Promise<boolean> {
  const here = new Set([...kept, ...instances].map(uidOf))
  const missing = [...named].filter((uid) => !here.has(uid)).length
  if (missing === 0) return true
  const beside = await world.ledger.submissionsOf({ studyId: submission.studyId ?? "" })
  if (beside.some((each) => isAwaited(each, submission))) return false
  throw new ContentError("ERR_DOCUMENTS", `of the manifest's images ${missing} did not come`)
}

const isAwaited = (each: SubmissionRecord, { createdAt }: SubmissionRecord): boolean =>
  each.kind === "study" && each.direction === "in" && each.state === "accepted" && each.createdAt < createdAt

/**
 * What does not count from now on. Of a manifest in force: images it does not name, and of an image that came again with
 * other bytes every copy but that one. Of an older one: whatever only that brought.
 *
 * @param kept before it came
 */
export function hiddenAfter(
  study: StudyRecord,
  kept: readonly InstanceRecord[],
  all: readonly InstanceRecord[],
  brought: Brought,
): ObjectId[] {
  const wasHidden = new Set(study.private.hidden)
  if (!comesIntoForce(study, brought)) {
    const known = new Set(kept.map(objectOf))
    return all.map(objectOf).filter((each) => wasHidden.has(each) || !known.has(each))
  }
  const isLast = new Set(brought.instances.map(copyKey))
  const cameAgain = new Set(brought.instances.map(uidOf))
  const isHidden = (each: InstanceRecord): boolean => {
    if (!brought.named.has(uidOf(each))) return true
    return cameAgain.has(uidOf(each)) ? !isLast.has(copyKey(each)) : wasHidden.has(objectOf(each))
  }
  return all.filter(isHidden).map(objectOf)
}

/** One image with these bytes, whatever encoding it travelled in. */
export const copyKey = ({ private: { SOPInstanceUID }, sha256DataSet, original }: InstanceRecord): string =>
  `${SOPInstanceUID} ${original?.sha256DataSet ?? sha256DataSet}`

const uidOf = ({ private: { SOPInstanceUID } }: InstanceRecord): string => SOPInstanceUID

const objectOf = ({ place }: InstanceRecord): ObjectId => place.objectId
