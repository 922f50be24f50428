/** Keep: custody and its term. From when a copy's agreed retention runs, and until when. */
import type { Agreement } from "./agreement.ts"
import type { Change, StudyRecord, SubmissionRecord } from "./records.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import type { World } from "./world.ts"

/** End of the term that begins at `from`. */
export function keepUntil(agreement: Agreement, from: Date): Date {
  return new Date(from.getTime() + agreement.retention.imagesMs)
}

export function agreementOf(world: World, id: string | null): Agreement | null {
  return world.agreements.find((each) => each.id === id) ?? null
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
