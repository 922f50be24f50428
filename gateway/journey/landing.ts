/**
 * Landing: under which slot, study and request an inbound submission is kept.
 *
 * Images get the study's slot, so that they go with their term; everything about the reading (request, report,
 * receipts) gets the request's own slot and outlives them; a deletion certificate outlives both.
 */
import type { Inbound } from "./inbound.ts"
import { endOfCertificate } from "./account.ts"
import { AcceptanceError } from "./errors.ts"
import { targetOf } from "./subject.ts"
import { newStudy } from "./arrival.ts"
import { keepUntil } from "./keep.ts"
import { plain } from "./metadata.ts"
import { patientOf } from "./patient.ts"
import type { CertificateRecord, Change, RequestRecord, StudyHeader, StudyRecord } from "./records.ts"
import { take } from "./route.ts"
import { due } from "./run.ts"
import { patientIdOf } from "./same-subject.ts"
import type { World } from "./world.ts"

export interface Landing {
  readonly slotId: string
  /** The slot was made for this submission: it goes when the submission is refused. */
  readonly fresh: boolean
  readonly studyId: string | null
  readonly requestId: string
  /** Committed together with the submission. */
  readonly changes: readonly Change[]
}

export async function landing(world: World, inbound: Inbound): Promise<Landing> {
  if (inbound.kind === "study") return landStudy(world, inbound)
  if (inbound.kind === "certificate") return landCertificate(world, inbound)
  const request = await ownRequest(world, inbound)
  return {
    slotId: request.slotId,
    fresh: false,
    studyId: targetOf(request),
    requestId: request.id,
    changes: [],
  }
}

/** It outlives what it is about: a slot and a term of its own, also when its request is over. */
async function landCertificate(world: World, inbound: Inbound): Promise<Landing> {
  const request = await agreedRequest(world, inbound)
  const slotId = await world.spool.createSlot("documents")
  const now = world.clock.now()
  const until = endOfCertificate(inbound.agreement, now)
  const certificate: CertificateRecord = {
    id: inbound.submission.submissionSet.uniqueId,
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
  return { slotId, fresh: true, studyId: targetOf(request), requestId: request.id, changes }
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
  if (request?.agreement !== inbound.agreement.id || !mayTake(request)) {
    throw new AcceptanceError(
      "ERR_NOT_AGREED",
      "XDSRepositoryError",
      "no such workflow instance under this agreement",
    )
  }
  return request
}

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
  const known = studies.find((each) => isSame(each, inbound))
  if (known !== undefined) {
    return {
      slotId: known.slotId,
      fresh: false,
      studyId: known.id,
      requestId: inbound.requestId,
      changes: [],
    }
  }
  return newLanding(world, inbound, await world.spool.createSlot("received"))
}

/** A UID alone does not make two submissions one study: devices reuse them, also for another patient. */
function isSame({ agreement, state, private: header }: StudyRecord, inbound: Inbound): boolean {
  const patient = patientIdOf(inbound.submission.documentEntries[0])
  return (
    agreement === inbound.agreement.id && state !== "expired" && plain(header.patient.PatientID) === patient
  )
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
  return { slotId, fresh: true, studyId: study.id, requestId: inbound.requestId, changes }
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
