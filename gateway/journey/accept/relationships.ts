/**
 * Relationships to what came or went before. A Recipient has no registry: a target is looked for among the documents
 * about the same study or reading, by its entryUUID, and then by what its source's referenceIdList names (ihe-wire 1.7).
 *
 * `signs` is not asked: what a signature covers is told by its digests, and may come later.
 */
import type { RegistryErrorCode } from "../../standards/xds/error-codes.ts"
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import type { Association, Relationship, Submission } from "../../standards/xds/submission.ts"
import { AcceptanceError } from "../errors.ts"
import { referenced } from "../metadata.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
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
 * How many one document may have, on the average: it is added to another, made from it, or put in its place. What it signs is
 * not counted, for nothing is looked up for that: a closing signature names every unit there is.
 */
const MAX_RELATIONSHIPS_PER_DOCUMENT = 4

/** Throws AcceptanceError where a submission has more than so many. */
export function checkRelationships({ documentEntries, associations }: Submission): void {
  const count = associations.filter(({ type }) => type !== "signs").length
  const most = MAX_RELATIONSHIPS_PER_DOCUMENT * documentEntries.length
  if (count > most)
    throw new AcceptanceError(
      "ERR_METADATA",
      "XDSRepositoryMetadataError",
      `${count} relationships of ${documentEntries.length} documents, and ${most} are taken`,
    )
}

/**
 * One warning for each relationship whose target never came here, and for what is added to a rendition of a document: nothing
 * can be (ITI TF-3 4.2.2.2). The submission is taken all the same.
 */
export async function unresolved(world: World, inbound: Inbound): Promise<readonly Remark[]> {
  const { submission } = inbound
  const { associations } = submission
  const here = new Set(submission.documentEntries.map(({ entryUUID }) => entryUUID))
  const isAsked = ({ type, target }: Association): boolean => type !== "signs" && !here.has(target)
  const targetOf = targetsAmong(
    associations.some(isAsked) ? await documentsAbout(world, inbound) : [],
    submission,
  )
  return associations.flatMap((association) => {
    const { type, source, target } = association
    if (type === "signs") return []
    const found = isAsked(association) ? targetOf(association) : null
    const isRendition = isAsked(association)
      ? found?.role === "attachment"
      : isDerived({ entryUUID: target }, associations)
    const isUnknown = isAsked(association) && found === null
    if (!isUnknown && !(type === "APND" && isRendition)) return []
    const why = isUnknown ? "is not known here" : "is derived from another document: nothing is added to that"
    return [{ errorCode: UNPROCESSED[type], codeContext: `${type} of ${source}: ${target} ${why}` }]
  })
}

/** Tells which of these documents a relationship of this submission is to; null when it is none of them. */
export function targetsAmong(
  documents: readonly DocumentRecord[],
  { documentEntries }: Pick<Submission, "documentEntries">,
): (association: Pick<Association, "source" | "target">) => DocumentRecord | null {
  // Of the same name the first counts. A sender says how many there are of each: nothing is gone through twice.
  const inReverse = documents.toReversed()
  const byEntry = new Map(inReverse.map((each) => [each.entryUUID, each]))
  const byUniqueId = new Map(inReverse.map((each) => [each.uniqueId, each]))
  const named = new Map(
    documentEntries.map((entry) => {
      const [first] = referenced(entry, REFERENCE_TYPE.uniqueId).filter((id) => byUniqueId.has(id))
      return [entry.entryUUID, first ?? ""]
    }),
  )
  return ({ source, target }) => byEntry.get(target) ?? byUniqueId.get(named.get(source) ?? "") ?? null
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
