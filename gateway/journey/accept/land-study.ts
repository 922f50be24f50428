/** Where images land: in the slot of the study they belong to, which is begun when there is none that may grow. */
import { AcceptanceError } from "../errors.ts"
import { isErased, keepUntil } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { plain } from "../metadata.ts"
import { newStudy } from "../receive/arrival.ts"
import type { Change } from "../records/ledger.ts"
import type { StudyHeader, StudyRecord } from "../records/study.ts"
import { isRecalled } from "../retain/recall.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import { patientIdOf } from "../same-subject.ts"
import { patientOf } from "../submit/patient.ts"
import type { World } from "../world.ts"
import type { Inbound } from "./inbound.ts"
import { ended, type Landing } from "./landed.ts"

/** @throws AcceptanceError when the request is over or another agreement's, or the study's copy is just ending */
export async function landStudy(world: World, inbound: Inbound): Promise<Landing> {
  const taken = await world.ledger.request(inbound.requestId)
  if (taken !== null && (taken.agreement !== inbound.agreement.id || taken.state === "exited")) {
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "the workflow instance is over, or of another agreement",
    )
  }
  const studies = await world.ledger.studiesByUid(inbound.StudyInstanceUID)
  const known = studies.find((each) => isSame(each, inbound) && mayGrow(world, each))
  if (known !== undefined) {
    if (await isBeingRecalled(world, known)) throw ended()
    return {
      slotId: known.slotId,
      studyId: known.id,
      requestId: inbound.requestId,
      owner: known.id,
      states: null,
      changes: () => withNewTerm(world, inbound, known.id),
    }
  }
  return newLanding(world, inbound, await world.spool.createSlot("received"))
}

/** The notice is here and looked at: what comes after it begins a copy of its own. */
async function isBeingRecalled(world: World, { id }: StudyRecord): Promise<boolean> {
  const recalls = await world.ledger.submissionsOf({ studyId: id, kind: "recall" })
  return recalls.some(({ direction, state }) => direction === "in" && state === "accepted")
}

/** A UID alone does not make two submissions one study: devices reuse them, also for another patient. */
function isSame({ agreement, private: header }: StudyRecord, inbound: Inbound): boolean {
  const patient = patientIdOf(inbound.submission.documentEntries[0])
  return agreement === inbound.agreement.id && plain(header.patient.PatientID) === patient
}

/** Not when the hospital has taken it back, nor when a crash came between the end of its slot and that of its row. */
const mayGrow = (world: World, study: StudyRecord): boolean =>
  !isErased(study) && !isRecalled(study) && isLive(world, study.slotId)

/** From the answer on the images that came are ours to keep: the study's term begins anew before they are verified. */
async function withNewTerm(world: World, inbound: Inbound, studyId: string): Promise<readonly Change[]> {
  const study = await world.ledger.study(studyId)
  if (study === null || !mayGrow(world, study)) throw ended()
  const until = keepUntil(inbound.agreement, world.clock.now())
  return [
    { put: "study", record: { ...study, keepUntil: until.toISOString() } },
    due("expire", study.id, until),
  ]
}

function newLanding(world: World, inbound: Inbound, slotId: string): Landing {
  const state = take("study", "-", "submission")
  const until = keepUntil(inbound.agreement, world.clock.now())
  const study: StudyRecord = {
    ...newStudy(world, slotId, headerOf(inbound), "", state),
    agreement: inbound.agreement.id,
    keepUntil: until.toISOString(),
  }
  const changes: Change[] = [{ put: "study", record: study }, due("expire", study.id, until)]
  return {
    slotId,
    studyId: study.id,
    requestId: inbound.requestId,
    owner: null,
    states: null,
    changes: () => Promise.resolve(changes),
  }
}

/** What the metadata tell until the images are opened in `verify`. */
function headerOf(inbound: Inbound): StudyHeader {
  const [entry] = inbound.submission.documentEntries
  const dicomCodes = entry?.eventCodeList.map((code) => code.code) ?? []
  return {
    StudyInstanceUID: inbound.StudyInstanceUID,
    patient: { ...patientOf(entry?.sourcePatientInfo ?? []), PatientID: patientIdOf(entry) },
    StudyDescription: "",
    AccessionNumber: "",
    bodyPart: "",
    modalities: dicomCodes,
    studyDateTime: null,
  }
}
