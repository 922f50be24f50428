/** Withdrawn: images a device or QA station has taken back by a rejection note (IHE IOCM). They and the note do not count. */
import { readManifest } from "../../standards/dicom/kos.ts"
import { rejectionOf, type Rejection } from "../../standards/dicom/rejection-note.ts"
import { Malformed } from "../../standards/malformed.ts"
import { KEY_OBJECT_SELECTION } from "../codes.ts"
import { readWhole } from "../read-whole.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { RejectedInstance, StudyRecord } from "../records/study.ts"
import type { World } from "../world.ts"

/** All that the study's key object selections have withdrawn: what was known, and what the new ones name. */
export async function rejectedOf(
  world: World,
  study: StudyRecord,
  instances: readonly InstanceRecord[],
): Promise<readonly RejectedInstance[]> {
  const rejected = new Map((study.private.rejected ?? []).map((each) => [each.SOPInstanceUID, each]))
  for (const note of instances) {
    const { SOPClassUID, SOPInstanceUID } = note.private
    if (SOPClassUID !== KEY_OBJECT_SELECTION || rejected.has(SOPInstanceUID)) continue
    const rejection = await readNote(world, note, study.private.StudyInstanceUID)
    if (rejection === null) continue
    const { code } = rejection
    for (const uid of [SOPInstanceUID, ...rejection.instances])
      rejected.set(uid, { SOPInstanceUID: uid, code })
  }
  return [...rejected.values()]
}

/** One that cannot be read withdraws nothing, and leaves with the images it came with. */
async function readNote(
  world: World,
  note: InstanceRecord,
  StudyInstanceUID: string,
): Promise<Rejection | null> {
  try {
    return rejectionOf(readManifest(await readWhole(world.spool, note.place)), StudyInstanceUID)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}
