/** When a refusal notice is due: a submission that would have got a receipt has failed for good. */
import { agreementOf } from "./keep.ts"
import type { Change, SubmissionKind, SubmissionRecord } from "./records.ts"
import { plan } from "./release.ts"
import { due } from "./run.ts"
import type { World } from "./world.ts"

/** What is itself an answer is not answered. */
const ANSWERED: readonly SubmissionKind[] = ["study", "report"]

/** For what has just failed; kept where it is kept. Nothing without an agreement under which it could leave. */
export function planRefusal(world: World, failed: SubmissionRecord): Change[] {
  const { agreement, kind, slotId, studyId, requestId } = failed
  if (!ANSWERED.includes(kind) || agreementOf(world, agreement) === null) return []
  const planned = {
    ...plan(world, { kind: "refusal", agreement, slotId }),
    studyId,
    requestId,
    answers: failed.id,
  }
  return [{ put: "submission", record: planned }, due("package", planned.id, world.clock.now())]
}
