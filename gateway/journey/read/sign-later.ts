/**
 * Sign later: a report that its reader approved while whoever holds the key did not answer (`signature-pending`). It is kept
 * frozen, and nothing of it leaves: a report is what its reader has signed. As soon as the holder answers it is signed by itself
 * where the holder asks for nothing that only the reader has; else the reader is told that it is their turn.
 *
 * What the reader approved is what is signed: over images that changed since nothing is. Nothing of a PIN is kept.
 */
import { audit } from "../audit.ts"
import { found, only } from "../desk-guards.ts"
import { DokueiError, KeyError, ReportError } from "../errors.ts"
import type { Person } from "../ports/person.ts"
import { isRecalled } from "../retain/recall.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { next, take } from "../route.ts"
import { due, retryOf, type Decision, type Outcome } from "../run.ts"
import { targetOf } from "../subject.ts"
import { discardFrozen, unfrozen } from "../submit/report-documents.ts"
import type { SignatureWait, SignedOrApproved } from "../views/reading.ts"
import type { World } from "../world.ts"
import { isApproved, ownDraft, thawed, waitFor } from "./draft.ts"
import { beingRead, checkImages, haveImagesChanged } from "./prepared.ts"
import { isKeyAway, isOutage, signedNow } from "./sign-report.ts"

/** The reader may log in at any time. */
const LOOK_MS = 60_000
/** Nothing was typed: whoever holds the key asks its holder elsewhere. */
const NO_PIN = ""

/** Under the request's lock, as everything that may change its images. */
export async function signLater(world: World, job: JobRecord): Promise<Outcome | Decision> {
  const report = await world.ledger.report(job.subject)
  if (report === null) return { changes: [] }
  return { locks: [report.requestId], decide: () => decided(world, job) }
}

async function decided(world: World, job: JobRecord): Promise<Outcome> {
  const report = await world.ledger.report(job.subject)
  const wait = report === null ? null : waitFor(report)
  if (report === null || wait === null) return { changes: [] }
  const request = found(await world.ledger.request(report.requestId), "case")
  // The hospital took its images back, or a person closed the case: nobody waits for a report any more.
  if (!isAwaited(report, request)) return { changes: takenBack(report) }
  if (await haveImagesChanged(world, report)) return { changes: waitingFor(report, "images") }
  try {
    const unlock = await world.personKeys.needs(wait.reader.login)
    // A consent that was not given is not asked for again and again: the reader says when.
    const isTheirs = unlock !== "consent" || wait.waitsFor === "consent"
    if (isTheirs) return looking(world, report, unlock)
    return { changes: await signedNow(world, wait.reader, NO_PIN, report, request) }
  } catch (error) {
    return failed(world, job, report, wait.reader, error)
  }
}

const isAwaited = (report: ReportRecord, request: RequestRecord): boolean =>
  next("case", request.state, "signed") !== null &&
  !isRecalled(request) &&
  targetOf(request) === report.studyId

/** Looked at again, as what failed wants it; what no lapse of time mends waits for a person. */
async function failed(
  world: World,
  job: JobRecord,
  report: ReportRecord,
  reader: Pick<Person, "login">,
  error: unknown,
): Promise<Outcome> {
  const waitsFor = await waitAfter(world, reader, error)
  if (waitsFor === null) throw error
  if (waitsFor === "consent" || waitsFor === "login") return looking(world, report, waitsFor)
  return { changes: waitingFor(report, waitsFor), again: retryOf(world, job, error), fault: error }
}

/** Null = it is not for want of the key. */
async function waitAfter(
  world: World,
  reader: Pick<Person, "login">,
  error: unknown,
): Promise<SignatureWait | null> {
  if (await isKeyAway(world, reader, error)) return "service"
  if (error instanceof KeyError && error.code === "ERR_KEY_LOGIN") return "login"
  // It answers, and has not signed.
  if (isOutage(error) || (error instanceof KeyError && error.code === "ERR_KEY_PASSPHRASE")) return "consent"
  const isBarred = error instanceof DokueiError && error.failure === "permanent"
  return isBarred && (error instanceof KeyError || error instanceof ReportError) ? "certificate" : null
}

function looking(world: World, report: ReportRecord, waitsFor: SignatureWait): Outcome {
  const at = new Date(world.clock.now().getTime() + LOOK_MS)
  return { changes: waitingFor(report, waitsFor), again: { at, failureCode: null } }
}

function waitingFor(report: ReportRecord, waitsFor: SignatureWait): readonly Change[] {
  const wait = waitFor(report)
  if (wait === null || wait.waitsFor === waitsFor) return []
  return [{ put: "report", record: { ...report, approved: { ...wait, waitsFor } } }]
}

/** A draft again; what was frozen is thrown away when nobody names it any more (`discardFrozen`, or roll-forward). */
const takenBack = (report: ReportRecord): readonly Change[] => [
  {
    put: "report",
    record: { ...thawed(report), status: take("report", report.status, "take-back"), approved: null },
  },
  ...unfrozen(report),
]

/** Under the request's lock. */
export async function signApproved(
  world: World,
  person: Person,
  requestId: string,
  pin: string,
): Promise<SignedOrApproved> {
  const report = await approvedReport(world, person, requestId)
  await checkImages(world, report)
  const request = await beingRead(world, report)
  const signed = { reportId: report.id, version: report.version }
  try {
    await world.ledger.commit(await signedNow(world, person, pin, report, request))
    return signed
  } catch (error) {
    if (!(await isKeyAway(world, person, error))) throw error
    const again = due("sign", report.id, world.clock.now())
    await world.ledger.commit([...waitingFor(report, "service"), again])
    return { ...signed, awaitsSignature: true }
  }
}

/** The reader writes on. Under the request's lock. */
export async function takeBack(world: World, person: Person, requestId: string): Promise<void> {
  const report = await approvedReport(world, person, requestId)
  const at = world.clock.now().toISOString()
  await world.ledger.commit([
    ...takenBack(report),
    audit(`taken-back/${report.id}/${report.prepareId ?? ""}`, {
      event: "signed",
      outcome: "minor",
      at,
      user: person.login,
      userName: person.name,
      objectId: report.id,
      description: "what was approved was taken back before it was signed",
    }),
  ])
  await discardFrozen(world, report)
}

async function approvedReport(world: World, person: Person, requestId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const report = await ownDraft(world, person, requestId)
  if (!isApproved(report))
    throw new ReportError("ERR_REPORT_STATE", "nothing of yours waits for its signature")
  return report
}
