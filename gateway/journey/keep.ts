/** Keep: custody and its term. From when a copy's agreed retention runs, and until when. */
import { inForce, type Agreement } from "./agreement.ts"
import { isSealing } from "./packaging.ts"
import type { Change } from "./records/ledger.ts"
import type { RequestRecord } from "./records/request.ts"
import type { StudyRecord } from "./records/study.ts"
import type { SubmissionKind, SubmissionRecord } from "./records/submission.ts"
import { next } from "./route.ts"
import { due, type Outcome } from "./run.ts"
import type { World } from "./world.ts"

/** End of the term that begins at `from`. */
export function keepUntil(agreement: Agreement, from: Date): Date {
  return new Date(from.getTime() + agreement.retention.imagesMs)
}

/** The request with the term of its texts and reports beginning now, and the job that ends it. */
export function keptAnew(world: World, request: RequestRecord): readonly [RequestRecord, Change] {
  const term = agreementOf(world, request.agreement)?.retention.reportsMs
  // Of an agreement that is gone we know no term: what was agreed before stays.
  const until =
    term === undefined ? new Date(request.keepUntil) : new Date(world.clock.now().getTime() + term)
  return [{ ...request, keepUntil: until.toISOString() }, due("expire", request.id, until)]
}

/** Images that might stay longer because nobody had read them: the case is over now, and they are looked at again. */
export async function noLongerNeeded(world: World, { studies }: RequestRecord): Promise<Change[]> {
  const waiting = await Promise.all(studies.map(({ studyId }) => world.ledger.study(studyId)))
  return waiting.flatMap((each) => {
    const until = each?.keepUntil ?? null
    return each === null || until === null ? [] : [due("expire", each.id, new Date(until))]
  })
}

/** Images lie in its slot and go with their term; everything else is about the reading and outlives them. */
export const carriesImages = (kind: SubmissionKind): boolean => kind === "study" || kind === "unit"

/** The copy of a partner's images, which is accounted for to him; else the images came from a device of this house. */
export const cameFromPartner = (study: StudyRecord): boolean => study.callingAE === ""

/** The images were erased at the end of their term, and what was known of the patient with them. */
export const isErased = (study: StudyRecord): boolean => study.state === "expired"

/** The agreement under which something may leave now; null when there is none, not yet or no longer. */
export function agreementInForce(world: World, id: string | null): Agreement | null {
  const agreement = agreementOf(world, id)
  return agreement !== null && inForce(agreement, world.site.timeZone, world.clock.now()) ? agreement : null
}

/** Without an agreement in force nothing leaves: held, looked at again, and a person is told. */
export const held = (now: Date): Outcome => ({
  changes: [],
  again: { at: new Date(now.getTime() + AGREEMENT_LOOK_MS), failureCode: "ERR_NOT_AGREED" },
})
const AGREEMENT_LOOK_MS = 60 * 60 * 1000

export function agreementOf({ agreements }: Pick<World, "agreements">, id: string | null): Agreement | null {
  return agreements.find((each) => each.id === id) ?? null
}

/**
 * The other side reads notices: refusals, recalls, acknowledgements and certificates. What is for an agreement that is gone is
 * made as it was agreed, and held.
 */
export function takesNotices(world: Pick<World, "agreements">, id: string | null): boolean {
  const agreement = agreementOf(world, id)
  return agreement === null || isSealing(agreement)
}

/** Our study submission is verified at the other side: the term of our own copy begins. */
export async function closeStudy(world: World, delivered: SubmissionRecord, at: string): Promise<Change[]> {
  if (delivered.kind !== "study" || delivered.studyId === null) return []
  const study = await world.ledger.study(delivered.studyId)
  const step = study === null ? null : next("study", study.state, "verified")
  const agreement = agreementOf(world, delivered.agreement)
  if (study === null || step === null || agreement === null) return []
  const until = keepUntil(agreement, new Date(at))
  const record: StudyRecord = { ...study, state: step.to, keepUntil: until.toISOString() }
  return [{ put: "study", record }, due("expire", study.id, until)]
}
