/**
 * What leaves although no time-stamp authority answers (ADR 0026): a report, preliminary or not, and images for a STAT request.
 * All else waits for its stamp: nobody is harmed by that.
 */
import type { SubmissionRecord } from "../records/submission.ts"
import { carriesImages } from "../keep.ts"
import type { World } from "../world.ts"
import type { StampRule } from "./sign.ts"

/** Of the seals on this submission. */
export async function stampRule(
  world: Pick<World, "ledger">,
  { kind, requestId }: Pick<SubmissionRecord, "kind" | "requestId">,
): Promise<StampRule> {
  if (kind === "report" || kind === "preliminary") return "may-follow"
  if (!carriesImages(kind) || requestId === null) return "needed"
  const request = await world.ledger.request(requestId)
  return request?.urgency === "STAT" ? "may-follow" : "needed"
}
