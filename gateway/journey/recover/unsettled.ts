/**
 * What went out for requests that were lost with their spool, and of which nobody here can say whether it was taken: a receipt that
 * still comes settles it; the rest is for a person, who asks the other side or sends the study again from the archive.
 */
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { getsReceipt } from "./ask-again.ts"
import { isLost } from "./settle-gone.ts"
import type { Stores } from "../world.ts"

export interface Unsettled {
  readonly request: RequestRecord
  readonly submission: SubmissionRecord
}

/** Until a receipt comes, or the agreed term of the request ends. */
export async function unsettled({ ledger, clock }: Stores): Promise<readonly Unsettled[]> {
  const found: Unsettled[] = []
  for (const request of await ledger.finishedRequests(Number.MAX_SAFE_INTEGER)) {
    if (!isLost(request) || new Date(request.keepUntil) <= clock.now()) continue
    for (const submission of await ledger.submissionsOf({ requestId: request.id }))
      if (isUnsettled(submission)) found.push({ request, submission })
  }
  return found
}

const isUnsettled = (record: SubmissionRecord): boolean =>
  getsReceipt(record) &&
  (record.state === "accepted" || (record.state === "failed" && record.failureCode === "ERR_SLOT_GONE"))
