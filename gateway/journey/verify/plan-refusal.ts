/** When a refusal notice is due: a submission somebody relies on has failed for good. */
import { agreementOf, takesNotices } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import type { SlotId } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionKind, SubmissionRecord } from "../records/submission.ts"
import { plan } from "../assemble/release.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import type { World } from "../world.ts"

/** What is itself an answer is not answered: it can neither be refused nor taken for refused. */
export const ANSWERED: readonly SubmissionKind[] = ["study", "report", "stamp", "preliminary", "recall"]

/**
 * For what has just failed. Nothing where its sender has taken it back or reads no notices, without an agreement under which
 * it could leave, or where nothing is left of it.
 */
export async function planRefusal(world: World, failed: SubmissionRecord): Promise<Change[]> {
  const { agreement, kind, studyId, requestId, failureCode } = failed
  if (
    !ANSWERED.includes(kind) ||
    failureCode === "ERR_INSTANCE_RECALLED" ||
    agreementOf(world, agreement) === null ||
    !takesNotices(world, agreement)
  )
    return []
  const slotId = await slotOfAnswer(world, failed)
  if (slotId === null) return []
  const planned = {
    ...plan(world, { kind: "refusal", agreement, slotId }),
    studyId,
    requestId,
    answers: failed.id,
  }
  return [{ put: "submission", record: planned }, due("package", planned.id, world.clock.now())]
}

/** Notices that could not leave before the images went, and went with them: made anew. Called when the slots are gone. */
export async function refusalsAnew(world: World, studyId: string): Promise<Change[]> {
  const submissions = await world.ledger.submissionsOf({ studyId })
  const lost = submissions.filter(
    (each) =>
      each.direction === "out" &&
      each.kind === "refusal" &&
      next("submission-out", each.state, "unusable") !== null &&
      !isLive(world, each.slotId),
  )
  const refused = submissions.filter(({ id }) => lost.some(({ answers }) => answers === id))
  return (await Promise.all(refused.map((each) => planRefusal(world, each)))).flat()
}

/** Kept where it is kept that failed; when that is gone, with its request or with the account of the destruction. */
async function slotOfAnswer(
  world: World,
  { slotId, studyId, requestId }: SubmissionRecord,
): Promise<SlotId | null> {
  const request = await world.ledger.request(requestId ?? "")
  const accounts = await world.ledger.certificatesOfStudy(studyId ?? "")
  const slots = [slotId, request?.slotId, ...accounts.map((each) => each.slotId)]
  return slots.find((each) => each !== undefined && isLive(world, each)) ?? null
}
