/**
 * Bind: which requests a study is for (domain.md 1: many to many). Images do not leave without one.
 *
 * A UID or an accession number binds. The patient alone binds only what was taken after it was asked for: anything older
 * may be an earlier examination, and is proposed to a person. Called under the locks of the studies and BINDING.
 */
import { isOfPatient, takesImages } from "../receive/arrival.ts"
import { lacksAffinityPatient } from "../affinity-patient.ts"
import { lacksConsent } from "../consent.ts"
import { agreementInForce } from "../keep.ts"
import { instantIn } from "../local-day.ts"
import { release } from "./release.ts"
import type { Change } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { isAnySent, openEnded } from "./open-ended.ts"
import { isSameName } from "./same-name.ts"
import { withStudy } from "../subject.ts"
import type { World } from "../world.ts"

/**
 * A study that is complete now: it takes every open request that names it, or else the oldest one of its patient that
 * names none and was made before the images were; and leaves for those that ask for it.
 */
export async function bindStudy(world: World, study: StudyRecord): Promise<Change[]> {
  const bound = await world.ledger.requestsOfStudy(study.id)
  const open = await world.ledger.unboundRequests()
  const named = open.filter((each) => isNamedFor(each, study))
  const unnamed = open.filter((each) => isAwaitedBy(world, each, study)).slice(0, 1)
  const taken = (bound.length + named.length === 0 ? unnamed : named).map((each) => taking(each, study))
  return [
    ...taken.map((record): Change => ({ put: "request", record })),
    ...(await leaving(world, study, [...bound, ...taken])),
  ]
}

/**
 * A request that is entered now: its images may be here already. It takes the study it names, also one that has left
 * for another request.
 *
 * @param studies its `candidates`, as they are now
 */
export async function bindRequest(
  world: World,
  request: RequestRecord,
  studies: readonly StudyRecord[],
): Promise<Change[]> {
  const study = studies.find((each) => isAllThere(each) && isNamedFor(request, each))
  return study === undefined ? [{ put: "request", record: request }] : bind(world, request, study)
}

/** The two together, on a person's word or because the request names the study. */
export async function bind(world: World, request: RequestRecord, study: StudyRecord): Promise<Change[]> {
  const bound = taking(request, study)
  return [{ put: "request", record: bound }, ...(await leaving(world, study, [bound]))]
}

/** Studies the request names. */
export async function candidates(world: World, request: RequestRecord): Promise<readonly StudyRecord[]> {
  const { StudyInstanceUID } = request.private
  const studies = await (StudyInstanceUID === ""
    ? world.ledger.studies(NEWEST_STUDIES)
    : world.ledger.studiesByUid(StudyInstanceUID))
  return studies.filter(
    (study) => isAllThere(study) && isNamedFor(request, study) && !cameAnew(study, studies),
  )
}

/** Its images came once more since it was taken back: whoever asks for it now asks for those. */
const cameAnew = ({ state, private: header }: StudyRecord, studies: readonly StudyRecord[]): boolean =>
  state === "recalled" &&
  studies.some(
    (each) =>
      takesImages(each) &&
      each.state !== "quarantined" &&
      each.private.StudyInstanceUID === header.StudyInstanceUID &&
      isOfPatient(each, header.patient.PatientID),
  )

/** A request is entered for what came lately; an older study is named by its UID. */
const NEWEST_STUDIES = 500
/** States in which all images of a study are there; what was taken back may be asked for anew. */
const ALL_THERE: readonly StudyRecord["state"][] = ["complete", "released", "closed", "recalled"]
export const isAllThere = ({ state }: StudyRecord): boolean => ALL_THERE.includes(state)

/**
 * What a request without images may be for, newest first: complete studies nobody has asked for, of its patient, or of
 * nobody's number and its patient's name. A person chooses.
 *
 * @param unasked complete studies that no request names
 */
export function proposed(request: RequestRecord, unasked: readonly StudyRecord[]): StudyRecord[] {
  return unasked
    .filter((study) => study.state === "complete" && isPossiblyOf(request, study))
    .sort((a, b) => b.lastArrivalAt.localeCompare(a.lastArrivalAt))
}

/** A person may say that these two belong together. */
export const isPossiblyOf = (request: RequestRecord, study: StudyRecord): boolean =>
  isSamePatient(request, study) || (isUnnumbered(study) && isSameNameOf(request, study))

/** The study with the agreement it will leave under; released for those requests that do not wait for staff. */
async function leaving(
  world: World,
  study: StudyRecord,
  requests: readonly RequestRecord[],
): Promise<Change[]> {
  const known: StudyRecord = { ...study, agreement: study.agreement ?? requests[0]?.agreement ?? null }
  const going: RequestRecord[] = []
  for (const request of mayLeave(study) ? requests : [])
    if (
      request.releaseWhenComplete &&
      mayLeaveByItself(study, request) &&
      !lacksConsent(world, request) &&
      !lacksAffinityPatient(world, request) &&
      agreementInForce(world, request.agreement) !== null
    )
      if (!(await hasBeenSent(world, request))) going.push(request)
  return going.length > 0
    ? release(world, known, going, known.late, await openEnded(world, known))
    : [{ put: "study", record: known }]
}

/** Between copies that contradict each other a person chooses first; what was taken back as a whole never leaves. */
export const mayLeave = ({ conflicts = 0, counting }: StudyRecord): boolean =>
  conflicts === 0 && counting !== 0

/** What is known to be incomplete waits for a person; what is urgent does not wait, and is marked. */
const mayLeaveByItself = ({ completeness }: StudyRecord, { urgency }: RequestRecord): boolean =>
  completeness?.state !== "incomplete-known" || urgency === "STAT"

const taking = (request: RequestRecord, study: StudyRecord): RequestRecord =>
  withStudy(request, study, "target")

/** What has no patient id, or none any more, is nobody's. */
export const isSamePatient = ({ private: asked }: RequestRecord, study: StudyRecord): boolean =>
  asked.patient.PatientID !== "" && isOfPatient(study, asked.patient.PatientID)

/** The device wrote no patient id at all: an emergency, mostly. */
const isUnnumbered = ({ private: header }: StudyRecord): boolean =>
  header.StudyInstanceUID !== "" && header.patient.PatientID === ""

const isSameNameOf = ({ private: asked }: RequestRecord, { private: header }: StudyRecord): boolean =>
  isSameName(asked.patient.ideographic, header.patient)

/**
 * By name of the study, and of nobody else's patient. Whoever names the UID of images without a patient id has looked at
 * them; an accession number alone was typed at the device, so the patient's name must agree.
 */
export function isNamedFor(request: RequestRecord, study: StudyRecord): boolean {
  if (!names(request, study)) return false
  if (!isUnnumbered(study)) return isSamePatient(request, study)
  return request.private.StudyInstanceUID !== "" || isSameNameOf(request, study)
}

/** It names none, and what was taken after it was made for a patient of this number and name is what it was made for. */
function isAwaitedBy({ site }: World, request: RequestRecord, study: StudyRecord): boolean {
  const { studyDateTime } = study.private
  if (studyDateTime === null || !namesNothing(request)) return false
  const isLater = instantIn(studyDateTime, site.timeZone) >= new Date(request.requestedAt)
  return isLater && isSamePatient(request, study) && isSameNameOf(request, study)
}

/** The request names this study, by its UID or its accession number. */
export function names({ private: asked }: RequestRecord, { private: header }: StudyRecord): boolean {
  if (asked.StudyInstanceUID !== "") return asked.StudyInstanceUID === header.StudyInstanceUID
  return asked.AccessionNumber !== "" && asked.AccessionNumber === header.AccessionNumber
}

const namesNothing = ({ private: asked }: RequestRecord): boolean =>
  asked.StudyInstanceUID === "" && asked.AccessionNumber === ""

export async function hasBeenSent(world: World, { id }: RequestRecord): Promise<boolean> {
  return isAnySent(await world.ledger.submissionsOf({ requestId: id, kind: "study" }))
}
