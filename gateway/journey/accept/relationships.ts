/**
 * Relationships to what came or went before. A Recipient has no registry: a target is looked for among the documents
 * about the same study or reading, by its entryUUID, and then by what its source's referenceIdList names (ihe-wire 1.7).
 *
 * `signs` is not asked: what a signature covers is told by its digests, and may come later.
 */
import type { RegistryErrorCode } from "../../standards/xds/error-codes.ts"
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import type { Association, Relationship, Submission } from "../../standards/xds/submission.ts"
import { referenced } from "../metadata.ts"
import type { DocumentRecord, SubmissionRecord } from "../records.ts"
import type { World } from "../world.ts"
import type { Inbound, Remark } from "./inbound.ts"
import { isDerived } from "./roles.ts"

/** The warning for a relationship nothing can be done with (ITI TF-2 3.41.4.1.3; spelt as in ITI TF-3 table 4.2.4.1-2). */
const UNPROCESSED: Readonly<Record<Exclude<Relationship, "signs">, RegistryErrorCode>> = {
  APND: "PartialAppendContentNotProcessed",
  RPLC: "PartialReplaceContentNotProcessed",
  XFRM: "PartialTransformNotProcessed",
  XFRM_RPLC: "PartialTransformReplaceNotProcessed",
}

/** A document that stands where another stood. */
export const isReplacing = (type: Relationship): boolean => type === "RPLC" || type === "XFRM_RPLC"

/**
 * One warning for each relationship whose target never came here, and for what is added to a rendition of a document: nothing
 * can be (ITI TF-3 4.2.2.2). The submission is taken all the same.
 */
export async function unresolved(world: World, inbound: Inbound): Promise<readonly Remark[]> {
  const { submission } = inbound
  const { associations } = submission
  const isAsked = ({ type, target }: Association): boolean => type !== "signs" && !isHere(submission, target)
  const earlier = associations.some(isAsked) ? await documentsAbout(world, inbound) : []
  return associations.flatMap((association) => {
    const { type, source, target } = association
    if (type === "signs") return []
    const found = isAsked(association) ? targetAmong(earlier, submission, association) : null
    const isRendition = isAsked(association)
      ? found?.role === "attachment"
      : isDerived({ entryUUID: target }, associations)
    const isUnknown = isAsked(association) && found === null
    if (!isUnknown && !(type === "APND" && isRendition)) return []
    const why = isUnknown ? "is not known here" : "is derived from another document: nothing is added to that"
    return [{ errorCode: UNPROCESSED[type], codeContext: `${type} of ${source}: ${target} ${why}` }]
  })
}

const isHere = ({ documentEntries }: Submission, id: string): boolean =>
  documentEntries.some(({ entryUUID }) => entryUUID === id)

/** Which of these documents a relationship of this submission is to; null when it is none of them. */
export function targetAmong(
  documents: readonly DocumentRecord[],
  { documentEntries }: Submission,
  { source, target }: Association,
): DocumentRecord | null {
  const byEntry = documents.find(({ entryUUID }) => entryUUID === target)
  if (byEntry !== undefined) return byEntry
  const entry = documentEntries.find(({ entryUUID }) => entryUUID === source)
  if (entry === undefined) return null
  const named = new Set(referenced(entry, REFERENCE_TYPE.uniqueId))
  return documents.find(({ uniqueId }) => named.has(uniqueId)) ?? null
}

/** Everything that came or went under this agreement about the same study or reading, but not what comes now. */
async function documentsAbout(world: World, inbound: Inbound): Promise<readonly DocumentRecord[]> {
  const { agreement, StudyInstanceUID, requestId, submission } = inbound
  const studies = await world.ledger.studiesByUid(StudyInstanceUID)
  const about = await Promise.all([
    world.ledger.submissionsOf({ requestId }),
    ...studies
      .filter((study) => study.agreement === agreement.id)
      .map((study) => world.ledger.submissionsOf({ studyId: study.id })),
  ])
  const isEarlier = (each: SubmissionRecord): boolean =>
    each.agreement === agreement.id && each.submissionSetUid !== submission.submissionSet.uniqueId
  const ids = new Set(
    about
      .flat()
      .filter(isEarlier)
      .map(({ id }) => id),
  )
  return (await Promise.all([...ids].map((id) => world.ledger.documents(id)))).flat()
}
