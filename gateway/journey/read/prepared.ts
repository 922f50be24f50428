/**
 * What stands frozen for a reader's passkey: whose it is, whether it may still become what it was frozen for, and what is told of
 * the gesture. Signing (`sign-report.ts`) and releasing (`preliminary.ts`) begin here.
 */
import { sha256Hex } from "../../standards/sha256.ts"
import { plan } from "../assemble/release.ts"
import { found, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import type { Person } from "../ports/person.ts"
import type { PreparedAs, ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import type { World } from "../world.ts"
import { displayWords } from "./display.ts"
import { isApproved, signing } from "./draft.ts"

/** How long frozen bytes may wait for the gesture. */
export const PREPARED_MS = 5 * 60 * 1000

/** What this person froze under this id, and has not signed yet. */
export async function preparedReport(world: World, person: Person, prepareId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const report = found(await world.ledger.reportByPrepareId(prepareId), "prepared report")
  if (report.readerId !== person.id) throw new DeskError("ERR_NOT_FOUND", "no such prepared report")
  return report
}

/** What was frozen to be the one is never the other. @throws ReportError ERR_SIGN_INTENT */
export function checkFresh(report: ReportRecord, now: Date, as: PreparedAs): void {
  const frozenAt = report.preparedAt === null ? 0 : new Date(report.preparedAt).getTime()
  const isOver =
    isApproved(report) ||
    now.getTime() - frozenAt > PREPARED_MS ||
    (report.preparedAs ?? "report") !== as ||
    next("report", report.status, signing(report)) === null
  if (isOver)
    throw new ReportError("ERR_SIGN_INTENT", "what was frozen is no longer valid; prepare the report again")
}

/** @throws ReportError ERR_REPORT_STATE */
export async function beingRead(world: World, report: ReportRecord): Promise<RequestRecord> {
  const request = found(await world.ledger.request(report.requestId), "case")
  if (next("case", request.state, "signed") === null)
    throw new ReportError("ERR_REPORT_STATE", "the case is not being read")
  return request
}

/**
 * What changed since it was frozen its reader may not have seen. Under the request's lock, as whatever changes it is.
 *
 * @throws ReportError ERR_SIGN_IMAGES
 */
export async function checkImages(world: Pick<World, "ledger">, report: ReportRecord): Promise<void> {
  if (await haveImagesChanged(world, report))
    throw new ReportError("ERR_SIGN_IMAGES", "images came or were withdrawn since the report was frozen")
}

/** Since it was frozen. */
export async function haveImagesChanged(
  world: Pick<World, "ledger">,
  { studyId, preparedAt }: ReportRecord,
): Promise<boolean> {
  const supplements = (await world.ledger.study(studyId))?.supplements ?? []
  return preparedAt !== null && supplements.some(({ at }) => at > preparedAt)
}

/** The submission that takes it to its hospital. */
export const toHospital = (
  world: World,
  { id, agreement, slotId, studyId, requestId }: ReportRecord,
  kind: PreparedAs,
): SubmissionRecord => ({
  ...plan(world, { kind, agreement, slotId }),
  studyId,
  requestId,
  reportId: id,
})

/** For the trail: who agreed, about whom. */
export const actOf = (
  { login, name }: Pick<Person, "login" | "name">,
  report: ReportRecord,
  request: RequestRecord,
  at: string,
) => ({
  event: "signed" as const,
  outcome: "success" as const,
  at,
  user: login,
  userName: name,
  PatientID: request.private.patient.PatientID,
  objectId: report.id,
})

/** For the trail: what was agreed to, by which answer, and on what device. */
export const agreedTo = (
  person: Pick<Person, "device">,
  { intent, assertion }: Pick<ReportRecord["private"], "intent" | "assertion">,
): string =>
  `passkey assertion SHA-256 ${digestOf(assertion)} over intent ${digestOf(intent)}${displayWords(person)}`

/** @param kept base64, as the ledger has it */
const digestOf = (kept: string): string => sha256Hex(Buffer.from(kept, "base64"))
