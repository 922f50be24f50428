/**
 * Quarantine: a Study Instance UID came for a second patient. A person at the hospital says what it is: the same patient
 * under another number, whose images then belong to the first study; or another examination whose device used the UID
 * again, which then goes its own way. Nothing of it is shown as anybody's before.
 */
import { openStudies, taking } from "../receive/arrival.ts"
import { decidedAudit } from "../audit.ts"
import { found } from "../desk-guards.ts"
import { ReportError } from "../errors.ts"
import { holding } from "../locks.ts"
import type { Person } from "../ports/person.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Change } from "../records/ledger.ts"
import type { StudyDecision, StudyRecord } from "../records/study.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import type { QuarantineRuling } from "../views/staff.ts"
import type { World } from "../world.ts"

/**
 * @throws ReportError ERR_REPORT_STATE when nobody has to decide any more, or the other study takes no images now;
 *   DeskError ERR_NOT_FOUND
 */
export async function rule(
  world: World,
  person: Person,
  studyId: string,
  ruling: QuarantineRuling,
): Promise<void> {
  const others = ruling.what === "same-patient" ? [ruling.studyId] : []
  await holding(world.locks, [studyId, ...others].sort(), async () => {
    const study = found(await world.ledger.study(studyId), "study")
    const step = next("study", study.state, ruling.what)
    if (step === null) throw new ReportError("ERR_REPORT_STATE", "nothing has to be decided about this study")
    const decision = decided(world, person, ruling)
    const settled: StudyRecord = { ...study, state: step.to, private: noted(study, decision) }
    const changes =
      ruling.what === "same-patient"
        ? await joined(world, settled, ruling.studyId, decision)
        : freed(world, settled)
    await world.ledger.commit([...changes, ruledAudit(study, person, decision)])
  })
}

const decided = (world: World, { name }: Person, { what, reason }: QuarantineRuling): StudyDecision => ({
  at: world.clock.now().toISOString(),
  by: name,
  what,
  reason,
})

const noted = (study: StudyRecord, decision: StudyDecision): StudyRecord["private"] => ({
  ...study.private,
  decisions: [...(study.private.decisions ?? []), decision],
})

const freed = (world: World, study: StudyRecord): Change[] => [
  { put: "study", record: study },
  due("assemble", study.id, world.clock.now()),
]

/** The images change hands where they lie: their slot goes with the study they belong to now. */
async function joined(
  world: World,
  study: StudyRecord,
  intoId: string,
  decision: StudyDecision,
): Promise<Change[]> {
  const { StudyInstanceUID, patient } = study.private
  const open = await openStudies(world, StudyInstanceUID)
  const into = found(
    open.find(({ id }) => id === intoId && id !== study.id),
    "study with this UID",
  )
  if (next("study", into.state, "instance") === null || into.state === "quarantined")
    throw new ReportError("ERR_REPORT_STATE", "the other study takes no images now")
  const kept = await world.ledger.instances(into.id)
  const moved = (await world.ledger.instances(study.id)).map((each): InstanceRecord => ({
    ...each,
    studyId: into.id,
    conflict: each.conflict || isTwin(each, kept),
  }))
  const taker: StudyRecord = {
    ...into,
    joinedSlots: [...(into.joinedSlots ?? []), study.slotId, ...(study.joinedSlots ?? [])],
    private: {
      ...noted(into, decision),
      otherPatientIDs: [...(into.private.otherPatientIDs ?? []), patient.PatientID],
    },
  }
  return [
    { put: "study", record: { ...study, instances: 0, bytes: 0, conflicts: 0, joinedTo: into.id } },
    { remove: "instances", studyId: study.id },
    ...taking(world, taker, moved),
  ]
}

const isTwin = ({ private: { SOPInstanceUID } }: InstanceRecord, kept: readonly InstanceRecord[]): boolean =>
  kept.some((each) => each.private.SOPInstanceUID === SOPInstanceUID)

/** The reason may name a patient: it is kept with the study, and the audit trail says only what was decided. */
function ruledAudit(study: StudyRecord, person: Person, { at, what }: StudyDecision): Change {
  return decidedAudit(study, person, {
    what: "ruled",
    at,
    instances: study.instances,
    description: `a person decided about a reused Study Instance UID: ${what}`,
  })
}
