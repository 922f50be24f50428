/**
 * Whose images came: when they contradict what is known under their number, a person at the centre says so, before there is
 * a case. Of the same patient it becomes one; of another the hospital gets a refusal notice, and what came is kept as any
 * refused submission is.
 */
import { decidedAudit } from "../audit.ts"
import { found, only } from "../desk-guards.ts"
import { ReportError } from "../errors.ts"
import { agreementOf } from "../keep.ts"
import { otherPatient, type OtherPatient } from "../known-patient.ts"
import { holding } from "../locks.ts"
import type { Person } from "../ports/person.ts"
import type { StudyDecision, StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { due } from "../run.ts"
import type { PatientRuling } from "../views/notice.ts"
import type { World } from "../world.ts"

/** The patient a held submission contradicts; null when it contradicts nobody, or it is decided. */
export async function questioned(
  world: World,
  { kind, state, agreement: id, requestId, acceptedAt, private: { submission } }: SubmissionRecord,
  study: StudyRecord | null,
): Promise<OtherPatient | null> {
  const agreement = agreementOf(world, id)
  if (kind !== "study" || state !== "accepted" || submission === null || agreement === null) return null
  if (study === null || rulingOf(study, acceptedAt) !== null) return null
  return otherPatient(world, agreement, requestId ?? "", submission)
}

/**
 * The last word on what came at this time: "the same" holds for all that comes of the study, "another" for what was here
 * then, since the hospital may send it again put right.
 */
export function rulingOf(
  { private: { decisions = [] } }: StudyRecord,
  acceptedAt: string | null,
): PatientRuling | null {
  const last = decisions.at(-1)
  if (last?.what === "same-patient") return "same-patient"
  return last?.what === "other-patient" && (acceptedAt ?? "") <= last.at ? "other-patient" : null
}

/** @throws ReportError ERR_REPORT_STATE, DeskError ERR_NOT_FOUND */
export async function rulePatient(
  world: World,
  person: Person,
  requestId: string,
  what: PatientRuling,
): Promise<void> {
  only(person, "radiologist")
  const submissions = await world.ledger.submissionsOf({ requestId })
  const held = found(
    submissions.find(
      ({ kind, direction, state }) => kind === "study" && direction === "in" && state === "accepted",
    ),
    "submission of this case",
  )
  await holding(world.locks, [held.studyId], async () => {
    const study = found(await world.ledger.study(held.studyId ?? ""), "study")
    if ((await questioned(world, held, study)) === null)
      throw new ReportError("ERR_REPORT_STATE", "nobody has to decide whose images these are")
    const at = world.clock.now()
    const decision: StudyDecision = { at: at.toISOString(), by: person.name, what, reason: "" }
    const decisions = [...(study.private.decisions ?? []), decision]
    await world.ledger.commit([
      { put: "study", record: { ...study, private: { ...study.private, decisions } } },
      due("verify", held.id, at),
      decidedAudit(study, person, {
        what: "ruled-patient",
        at: decision.at,
        instances: study.instances,
        description: `a person decided whose images came under a known patient number: ${what}`,
      }),
    ])
  })
}
