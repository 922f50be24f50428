/**
 * Landing: under which slot, study and request an inbound submission is kept.
 *
 * Images get the study's slot, so that they go with their term; everything about the reading (request, report,
 * receipts) gets the request's own slot and outlives them; a deletion certificate outlives both.
 */
import type { Inbound } from "./inbound.ts"
import { uuid } from "../ids.ts"
import { endOfCertificate } from "../retain/account.ts"
import { AcceptanceError } from "../errors.ts"
import { targetOf } from "../subject.ts"
import { newStudy } from "../receive/arrival.ts"
import { isErased, keepUntil } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { plain } from "../metadata.ts"
import { patientOf } from "../submit/patient.ts"
import type { CertificateRecord, Change, RequestRecord, StudyHeader, StudyRecord } from "../records.ts"
import { isRecalled } from "../retain/recall.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import { patientIdOf } from "../same-subject.ts"
import type { World } from "../world.ts"

export interface Landing {
  readonly slotId: string
  readonly studyId: string | null
  readonly requestId: string
  /**
   * The study or request in whose slot it lies: nothing of it ends while this is locked. Null when the slot was made for
   * this submission: it goes when the submission is refused.
   */
  readonly owner: string | null
  /** What the submission states; null when nothing. */
  readonly states: string | null
  /**
   * Committed together with the submission. What was there before is read anew, under the owner's lock: while documents
   * come in it may have ended.
   *
   * @throws AcceptanceError
   */
  changes(): Promise<readonly Change[]>
}

export async function landing(world: World, inbound: Inbound): Promise<Landing> {
  if (inbound.kind === "study") return landStudy(world, inbound)
  if (inbound.kind === "certificate") return landCertificate(world, inbound)
  if (inbound.kind === "recall" && !(await isKnown(world, inbound))) return landRecall(world, inbound)
  const request = await ownRequest(world, inbound)
  return {
    slotId: request.slotId,
    studyId: targetOf(request),
    requestId: request.id,
    owner: request.id,
    states: null,
    changes: async () => {
      await ownRequest(world, inbound)
      return []
    },
  }
}

const isKnown = async (world: World, { requestId }: Inbound): Promise<boolean> =>
  (await world.ledger.request(requestId)) !== null

/**
 * A study that was never verified, or not yet, has no case: the notice that takes it back lies with its images, or where
 * they are gone with the account of their destruction.
 */
async function landRecall(world: World, inbound: Inbound): Promise<Landing> {
  const place = await besideStudy(world, inbound)
  return {
    ...place,
    requestId: inbound.requestId,
    states: null,
    changes: async () => {
      if ((await besideStudy(world, inbound)).slotId !== place.slotId) throw ended()
      return []
    },
  }
}

async function besideStudy(
  world: World,
  { requestId, agreement }: Inbound,
): Promise<Pick<Landing, "slotId" | "studyId" | "owner">> {
  const sent = (await world.ledger.submissionsOf({ requestId })).findLast(
    (each) => each.direction === "in" && each.kind === "study" && each.agreement === agreement.id,
  )
  const study = await world.ledger.study(sent?.studyId ?? "")
  const accounts = study === null ? [] : await world.ledger.certificatesOfStudy(study.id)
  const keeper = study !== null && isErased(study) ? accounts[0] : study
  if (study === null || !keeper) throw notAgreed()
  return { slotId: keeper.slotId, studyId: study.id, owner: keeper.id }
}

/** It outlives what it is about: a slot and a term of its own, also when its request is over. */
async function landCertificate(world: World, inbound: Inbound): Promise<Landing> {
  const request = await agreedRequest(world, inbound)
  const slotId = await world.spool.createSlot("documents")
  const now = world.clock.now()
  const until = endOfCertificate(inbound.agreement, now)
  const certificate: CertificateRecord = {
    id: uuid(world.chance),
    agreement: inbound.agreement.id,
    studyId: targetOf(request) ?? "",
    requestId: request.id,
    what: "images",
    at: now.toISOString(),
    objects: 0,
    statement: "",
    verdict: null,
    destruction: null,
    slotId,
    keepUntil: until.toISOString(),
    compared: [],
    private: {
      PatientID: patientIdOf(inbound.submission.documentEntries[0]),
      StudyInstanceUID: inbound.StudyInstanceUID,
      AccessionNumber: "",
      requestNumber: "",
      submissions: [],
      bytes: 0,
    },
  }
  const changes: Change[] = [
    { put: "certificate", record: certificate },
    due("expire", certificate.id, until),
  ]
  return {
    slotId,
    studyId: targetOf(request),
    requestId: request.id,
    owner: null,
    states: certificate.id,
    changes: () => Promise.resolve(changes),
  }
}

/** Reports, receipts and notices answer a request we know, under the same agreement, and that is not over. */
async function ownRequest(world: World, inbound: Inbound): Promise<RequestRecord> {
  return agreedRequest(world, inbound, ({ state }) => state !== "exited")
}

async function agreedRequest(
  world: World,
  inbound: Inbound,
  mayTake: (request: RequestRecord) => boolean = () => true,
): Promise<RequestRecord> {
  const request = await world.ledger.request(inbound.requestId)
  if (request?.agreement !== inbound.agreement.id || !mayTake(request)) throw notAgreed()
  return request
}

const ended = (): AcceptanceError =>
  new AcceptanceError(
    "ERR_RECIPIENT_BUSY",
    "XDSRepositoryBusy",
    "the copy of this study ended while more of it came in",
  )

const notAgreed = (): AcceptanceError =>
  new AcceptanceError(
    "ERR_NOT_AGREED",
    "XDSRepositoryError",
    "no such workflow instance under this agreement",
  )

async function landStudy(world: World, inbound: Inbound): Promise<Landing> {
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
  const submissions = await world.ledger.submissionsOf({ studyId: id })
  return submissions.some(
    ({ direction, kind, state }) => direction === "in" && kind === "recall" && state === "accepted",
  )
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
