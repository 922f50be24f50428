/**
 * Bind: which requests a study is for (domain.md 1: many to many). Images do not leave without one.
 *
 * Called under the locks of the studies and BINDING.
 */
import { agreementInForce } from "./keep.ts"
import { release } from "./release.ts"
import type { Change, RequestRecord, StudyRecord } from "./records.ts"
import { isSameName } from "./same-name.ts"
import { withStudy } from "./subject.ts"
import type { World } from "./world.ts"

/**
 * A study that is complete now: it takes every open request that names it, or else the oldest one of its patient that
 * names none; and leaves for those that ask for it.
 */
export async function bindStudy(world: World, study: StudyRecord): Promise<Change[]> {
  const bound = await world.ledger.requestsOfStudy(study.id)
  const open = (await world.ledger.unboundRequests()).filter((each) => isSamePatient(each, study))
  const named = open.filter((each) => names(each, study))
  const unnamed = bound.length + named.length === 0 ? open.filter(namesNothing).slice(0, 1) : []
  const taken = [...named, ...unnamed].map((each) => taking(each, study))
  return [
    ...taken.map((record): Change => ({ put: "request", record })),
    ...(await leaving(world, study, [...bound, ...taken])),
  ]
}

/**
 * A request that is entered now: its images may be here already. It takes the study it names, also one that has left
 * for another request; one that names none takes the newest complete study nobody has asked for.
 *
 * @param studies its `candidates`, as they are now
 */
export async function bindRequest(
  world: World,
  request: RequestRecord,
  studies: readonly StudyRecord[],
): Promise<Change[]> {
  const there = studies.filter(({ state }) => ALL_THERE.includes(state))
  const study =
    there.find((each) => names(request, each)) ??
    (namesNothing(request) ? await firstUnasked(world, there) : undefined)
  if (study === undefined) return [{ put: "request", record: request }]
  const bound = taking(request, study)
  return [{ put: "request", record: bound }, ...(await leaving(world, study, [bound]))]
}

/** Studies of the request's patient that it may take. */
export async function candidates(world: World, request: RequestRecord): Promise<readonly StudyRecord[]> {
  const { StudyInstanceUID } = request.private
  const studies = await (StudyInstanceUID === ""
    ? world.ledger.studies(NEWEST_STUDIES)
    : world.ledger.studiesByUid(StudyInstanceUID))
  return studies.filter((study) => isSamePatient(request, study) && ALL_THERE.includes(study.state))
}

/** A request is entered for what came lately; an older study is named by its UID. */
const NEWEST_STUDIES = 500
/** States in which all images of a study are there. */
const ALL_THERE: readonly StudyRecord["state"][] = ["complete", "released", "closed"]

async function firstUnasked(world: World, studies: readonly StudyRecord[]): Promise<StudyRecord | undefined> {
  const newestFirst = [...studies].sort((a, b) => (a.lastArrivalAt < b.lastArrivalAt ? 1 : -1))
  for (const study of newestFirst)
    if (study.state === "complete" && (await world.ledger.requestsOfStudy(study.id)).length === 0)
      return study
  return undefined
}

/** The study with the agreement it will leave under; released for those requests that do not wait for staff. */
async function leaving(
  world: World,
  study: StudyRecord,
  requests: readonly RequestRecord[],
): Promise<Change[]> {
  const going: RequestRecord[] = []
  for (const request of requests)
    if (
      request.releaseWhenComplete &&
      !isProposed(request) &&
      agreementInForce(world, request.agreement) !== null
    )
      if (!(await isUnderWay(world, request))) going.push(request)
  const known: StudyRecord = { ...study, agreement: study.agreement ?? requests[0]?.agreement ?? null }
  return going.length > 0 ? release(world, known, going) : [{ put: "study", record: known }]
}

/** Bound; only proposed when nobody named the study and not even the patient's name agrees. */
function taking(request: RequestRecord, study: StudyRecord): RequestRecord {
  const { ideographic } = request.private.patient
  const byPatientIdOnly = namesNothing(request) && !isSameName(ideographic, study.private.patient)
  return { ...withStudy(request, study, "target"), byPatientIdOnly }
}

const isProposed = ({ byPatientIdOnly = false }: RequestRecord): boolean => byPatientIdOnly

/** What has no patient id, or none any more, is nobody's. */
export const isSamePatient = ({ private: asked }: RequestRecord, { private: header }: StudyRecord): boolean =>
  asked.patient.PatientID !== "" && asked.patient.PatientID === header.patient.PatientID

/** The request names this study, by its UID or its accession number. */
export function names({ private: asked }: RequestRecord, { private: header }: StudyRecord): boolean {
  if (asked.StudyInstanceUID !== "") return asked.StudyInstanceUID === header.StudyInstanceUID
  return asked.AccessionNumber !== "" && asked.AccessionNumber === header.AccessionNumber
}

const namesNothing = ({ private: asked }: RequestRecord): boolean =>
  asked.StudyInstanceUID === "" && asked.AccessionNumber === ""

/** Is a submission with this request's study on its way, or there? A failed one is not. */
export async function isUnderWay(world: World, request: RequestRecord): Promise<boolean> {
  const submissions = await world.ledger.submissionsOf({ requestId: request.id })
  return submissions.some(
    (each) => each.kind === "study" && each.direction === "out" && each.state !== "failed",
  )
}
