/** What people at the hospital decide about images: whose a study is, which copy counts, which request it is for. */
import { openStudies } from "../receive/arrival.ts"
import { audit } from "../audit.ts"
import { bind, isAllThere, isPossiblyOf } from "../assemble/bind.ts"
import { choose, conflictViews } from "../assemble/copies.ts"
import { current, found, kept, only } from "../desk-guards.ts"
import { ReportError } from "../errors.ts"
import { renderedFrame } from "../read/images.ts"
import { cameFromPartner, isErased } from "../keep.ts"
import { BINDING, holding } from "../locks.ts"
import { studyNotices } from "../cases/notices.ts"
import type { Person } from "../ports/person.ts"
import type { StudyDesk } from "../ports/staff-desk.ts"
import { rule } from "../assemble/quarantine.ts"
import { recall } from "../retain/recall.ts"
import type { StudyRecord } from "../records/study.ts"
import { targetOf } from "../subject.ts"
import type { StudyQuestion } from "../views/staff.ts"
import { studyView } from "../cases/work-item.ts"
import type { World } from "../world.ts"

export function studyDesk(world: World): StudyDesk {
  return {
    study: (person, studyId) => question(world, person, studyId),
    rule: async (person, studyId, ruling) => {
      await ownStudy(world, person, studyId)
      await current(() => rule(world, person, studyId, ruling))
    },
    choose: (person, studyId, choice) =>
      current(() =>
        holding(world.locks, [studyId, BINDING], async () => {
          const study = await ownStudy(world, person, studyId)
          await world.ledger.commit(await choose(world, person, study, choice))
        }),
      ),
    copyPicture: async (person, studyId, objectId) => {
      const study = await ownStudy(world, person, studyId)
      const copies = await world.ledger.instances(study.id)
      const copy = found(
        copies.find(({ place }) => place.objectId === objectId),
        "copy",
      )
      return renderedFrame(world, copy.place, 1, null)
    },
    recall: (person, requestId, reason) => current(() => recall(world, person, requestId, reason)),
    bind: (person, requestId, studyId) => current(() => bindByStaff(world, person, requestId, studyId)),
  }
}

/** Of this house, and still there. */
async function ownStudy(world: World, person: Person, studyId: string): Promise<StudyRecord> {
  only(person, "clerk")
  const study = found(await world.ledger.study(studyId), "study")
  return found(isErased(study) || cameFromPartner(study) ? null : study, "study")
}

async function question(world: World, person: Person, studyId: string): Promise<StudyQuestion> {
  const study = await ownStudy(world, person, studyId)
  const open = study.state === "quarantined" ? await openStudies(world, study.private.StudyInstanceUID) : []
  return {
    ...told(study),
    notices: studyNotices(study),
    sameUid: open.filter(({ id, state }) => id !== study.id && state !== "quarantined").map(told),
    conflicts: await conflictViews(world, study),
  }
}

const told = (study: StudyRecord) => ({
  studyId: study.id,
  patient: study.private.patient,
  study: studyView(study),
  receivedAt: study.firstArrivalAt,
  callingAE: study.callingAE,
})

/** The choice between proposals, kept in the audit trail: nothing but the patient spoke for them. */
async function bindByStaff(world: World, person: Person, requestId: string, studyId: string): Promise<void> {
  only(person, "clerk")
  await holding(world.locks, [studyId, BINDING, requestId], async () => {
    const request = kept(await world.ledger.request(requestId))
    const study = await ownStudy(world, person, studyId)
    if (targetOf(request) !== null || !isAllThere(study) || !isPossiblyOf(request, study))
      throw new ReportError("ERR_REPORT_STATE", "this request has its images, or these are not its patient's")
    const at = world.clock.now().toISOString()
    await world.ledger.commit([
      ...(await bind(world, request, study)),
      audit(`bound/${requestId}/${at}`, {
        event: "study-changed",
        outcome: "success",
        at,
        user: person.login,
        userName: person.name,
        PatientID: request.private.patient.PatientID,
        StudyInstanceUID: study.private.StudyInstanceUID,
        description: "a person bound images to a request that named none",
      }),
    ])
  })
}
