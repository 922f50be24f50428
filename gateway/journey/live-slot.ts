/** What is known of a thing may outlive its bytes: rows of the ledger whose slot has been destroyed. */
import type { SlotId } from "./ports/spool.ts"
import type { Change } from "./records/ledger.ts"
import type { SubmissionRecord } from "./records/submission.ts"
import type { World } from "./world.ts"

/** Its key is there: something can be read from it, and sealed under it. */
export const isLive = ({ spool }: Pick<World, "spool">, slotId: SlotId): boolean =>
  spool.slots.some((each) => each.slotId === slotId)

/**
 * A submission goes back with what became of it. Where its slot was destroyed meanwhile nothing of the patient is left in
 * its row; its state is told all the same, else it would be tried for ever.
 */
export const putSubmission = (world: Pick<World, "spool">, record: SubmissionRecord): Change =>
  isLive(world, record.slotId) ? { put: "submission", record } : { put: "submission", record, slotGone: true }
