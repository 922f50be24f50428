/**
 * What partners had entrusted to us and is lost with the spool, object by object. Asked before it is written down as gone; what had
 * been destroyed before, and accounted for, is not among it.
 */
import { agreementOf, carriesImages } from "../keep.ts"
import type { Spool } from "../ports/spool.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { goneIn } from "./settle-gone.ts"
import type { Stores } from "../world.ts"

/** One submission that came in, as its sender knows it. */
export interface LostSubmission {
  /** SubmissionSet.uniqueId. */
  readonly uniqueId: string
  readonly kind: SubmissionRecord["kind"]
  readonly requestId: string | null
  readonly acceptedAt: string | null
  /** uniqueId of each document as it was sent, and SHA-256 of its clear octets in hex. */
  readonly objects: readonly { readonly id: string; readonly sha256: string }[]
}

/** By agreement. */
export async function lostObjects(
  world: Stores,
  spool: Pick<Spool, "slots">,
): Promise<ReadonlyMap<string, readonly LostSubmission[]>> {
  const { studies, requests, submissions } = await goneIn(world, spool)
  const images = new Set(studies.map(({ id }) => id))
  const texts = new Set(requests.filter(({ state }) => state !== "exited").map(({ id }) => id))
  // What a hospital gets for its own requests is nobody's but its own.
  const isEntrusted = (agreement: string): boolean =>
    agreementOf(world, agreement)?.accepts.includes("study") === true
  const isLost = ({ direction, agreement, kind, studyId, requestId }: SubmissionRecord): boolean =>
    direction === "in" &&
    isEntrusted(agreement) &&
    (carriesImages(kind) ? images.has(studyId ?? "") : texts.has(requestId ?? ""))
  const lost = await Promise.all(
    submissions.filter(isLost).map(async (each): Promise<readonly [string, LostSubmission]> => {
      const documents = await world.ledger.documents(each.id)
      const { submissionSetUid: uniqueId, kind, requestId, acceptedAt } = each
      const objects = documents.map(({ uniqueId: id, sha256 }) => ({ id, sha256 }))
      return [each.agreement, { uniqueId, kind, requestId, acceptedAt, objects }]
    }),
  )
  const byAgreement = Map.groupBy(lost, ([agreement]) => agreement)
  return new Map([...byAgreement].map(([agreement, all]) => [agreement, all.map(([, each]) => each)]))
}
