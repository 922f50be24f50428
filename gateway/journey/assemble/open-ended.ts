/** Open-ended: a delivery whose units leave before its study is released (early.ts). */
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

/** Its study still comes in, or waits for a person: units of it leave, and it does not. */
export const isOpenEnded = ({ releasedAt }: { readonly releasedAt?: string | null | undefined }): boolean =>
  releasedAt === null

/** Of the submissions of one request: is one with its study there, on its way or about to be? A failed one is not, nor one that waits for its release. */
export const isAnySent = (submissions: readonly SubmissionRecord[]): boolean =>
  submissions.some(
    (each) =>
      each.direction === "out" && each.kind === "study" && each.state !== "failed" && !isOpenEnded(each),
  )

/** Of a study that is about to be released: what has begun to leave already. */
export async function openEnded(world: World, { id }: StudyRecord): Promise<readonly SubmissionRecord[]> {
  const all = await world.ledger.submissionsOf({ studyId: id, kind: "study" })
  return all.filter((each) => each.state === "planned" && isOpenEnded(each))
}
