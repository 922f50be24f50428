/** Put aside: what cannot be delivered waits as failed until a person has it sent again. */
import { exportAudit } from "../audit.ts"
import { putSubmission } from "../live-slot.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { take } from "../route.ts"
import type { World } from "../world.ts"

/** @param event refused = by the other side · unusable = by ourselves · recalled = by a person */
export function putAside(
  world: World,
  record: SubmissionRecord,
  event: "refused" | "unusable" | "recalled",
  failureCode: string,
): Change[] {
  const failed: SubmissionRecord = {
    ...record,
    state: take("submission-out", record.state, event),
    failureCode,
  }
  return [
    putSubmission(world, failed),
    exportAudit(world, failed, "serious", world.clock.now().toISOString()),
  ]
}
