/**
 * Awaited: a device asks for storage commitment of images we do not have. It has sent, or means to send, more of the study
 * than came: known to be incomplete. A commitment names no study, so it counts for the one its other images are of.
 */
import type { CommitmentRequest } from "../../standards/dicom/storage-commitment.ts"
import { completeness, signalsOf } from "../assemble/completeness.ts"
import { cameFromPartner, isErased } from "../keep.ts"
import type { StudyRecord } from "../records/study.ts"
import type { World } from "../world.ts"

/** Kept with the study; what has left already is not asked for again. Takes the study's lock. */
export async function noteAwaited(world: World, { references }: CommitmentRequest): Promise<void> {
  const uids = references.map(({ SOPInstanceUID }) => SOPInstanceUID)
  const unknown: string[] = []
  const studyIds = new Set<string>()
  for (const uid of uids) {
    const studyId = await world.ledger.studyOfInstance(uid)
    if (studyId === null) unknown.push(uid)
    else studyIds.add(studyId)
  }
  const [studyId, ...others] = studyIds
  // Of several studies nobody can say whose the missing ones are.
  if (studyId === undefined || others.length > 0 || unknown.length === 0) return
  await world.locks.with(studyId, () => note(world, studyId, unknown))
}

async function note(world: World, studyId: string, unknown: readonly string[]): Promise<void> {
  const study = await world.ledger.study(studyId)
  if (study === null || isErased(study) || cameFromPartner(study)) return
  const awaited = [...new Set([...(study.private.awaited ?? []), ...unknown])]
  if (awaited.length === (study.private.awaited ?? []).length) return
  const noted: StudyRecord = { ...study, private: { ...study.private, awaited } }
  const instances = await world.ledger.instances(study.id)
  const judged = completeness(await signalsOf(world, noted, instances), instances)
  await world.ledger.commit([{ put: "study", record: { ...noted, completeness: judged } }])
}
