/**
 * What was accepted and awaits its signed receipt, in a ledger from a backup: the receipt may have come since and lies in the
 * spool as an orphan. The same bytes are sent again; whoever has them already recognises them and makes another receipt.
 */
import { awaitsReceipt } from "../cases/case-file.ts"
import type { SlotId, Spool } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import type { Stores } from "../world.ts"

const EVERY = Number.MAX_SAFE_INTEGER

/** Returns how many. What cannot be opened any more is left to `settleGone`. */
export async function askAgain(world: Stores, spool: Spool): Promise<number> {
  const { ledger, clock } = world
  const live: ReadonlySet<SlotId> = new Set(spool.slots.map(({ slotId }) => slotId))
  const waiting = new Map<string, SubmissionRecord>()
  const enter = (found: readonly SubmissionRecord[]): void => {
    for (const each of found)
      if (live.has(each.slotId) && getsReceipt(each) && awaitsReceipt(world, each)) waiting.set(each.id, each)
  }
  for (const { id } of await ledger.studies(EVERY)) enter(await ledger.submissionsOf({ studyId: id }))
  for (const { id } of [...(await ledger.openRequests()), ...(await ledger.finishedRequests(EVERY))])
    enter(await ledger.submissionsOf({ requestId: id }))
  const changes = [...waiting.values()].flatMap((record): Change[] => {
    const step = next("submission-out", record.state, "ask-again")
    return step === null
      ? []
      : [{ put: "submission", record: { ...record, state: step.to } }, due("submit", record.id, clock.now())]
  })
  if (changes.length > 0) await ledger.commit(changes)
  return waiting.size
}

/** What people wait for the receipt of. */
export const getsReceipt = ({ direction, kind }: Pick<SubmissionRecord, "direction" | "kind">): boolean =>
  direction === "out" && (kind === "study" || kind === "report" || kind === "preliminary")
