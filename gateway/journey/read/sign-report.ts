/**
 * The radiologist signs what was frozen: passkey and PIN, one DSG signature over CDA and PDF, and the report is final.
 *
 * It never fails for want of a time stamp: the report leaves all the same, and its stamp follows (`submit/stamp.ts`). Nor for
 * want of whoever holds the key: then it is approved, and leaves when it is signed (`sign-later.ts`).
 */
import { audit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { found, only } from "../desk-guards.ts"
import { DeskError, KeyError, ReportError } from "../errors.ts"
import { displayWords } from "./display.ts"
import { isApproved, signing } from "./draft.ts"
import { PREPARED_MS, type Frozen } from "./freeze.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf, keptAnew, noLongerNeeded } from "../keep.ts"
import { sealBytes } from "../submit/pack.ts"
import type { Person } from "../ports/person.ts"
import type { SealedObject } from "../ports/spool.ts"
import { agreeingPrincipal, inNameOf, signingPrincipal } from "../principal.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { plan } from "../assemble/release.ts"
import { ownedDocument, signatureOwner, type ReportDocument } from "../submit/report-documents.ts"
import { next, take } from "../route.ts"
import { due } from "../run.ts"
import { purposesOf, signReport } from "../submit/sign.ts"
import type { SignedOrApproved } from "../views/reading.ts"
import type { World } from "../world.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** What this person froze under this id, and has not signed yet. */
export async function preparedReport(world: World, person: Person, prepareId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const report = found(await world.ledger.reportByPrepareId(prepareId), "prepared report")
  if (report.readerId !== person.id) throw new DeskError("ERR_NOT_FOUND", "no such prepared report")
  return report
}

/** While whoever holds the key does not answer it is approved, and signed later (sign-later.ts). */
export async function sign(
  world: World,
  person: Person,
  prepareId: string,
  pin: string,
  assertion: Uint8Array,
): Promise<SignedOrApproved> {
  const prepared = await preparedReport(world, person, prepareId)
  const at = world.clock.now()
  checkFresh(prepared, at, "report")
  await checkImages(world, prepared)
  const report: ReportRecord = {
    ...prepared,
    private: { ...prepared.private, assertion: Buffer.from(assertion).toString("base64") },
  }
  const signed = { reportId: report.id, version: report.version }
  const request = await beingRead(world, report)
  try {
    await world.ledger.commit(await signedNow(world, person, pin, report, request))
    return signed
  } catch (error) {
    if (!(await isKeyAway(world, person, error))) throw error
    await world.ledger.commit(approved(world, person, report, request))
    return { ...signed, awaitsSignature: true }
  }
}

/** What was frozen to be the one is never the other. @throws ReportError ERR_SIGN_INTENT */
export function checkFresh(report: ReportRecord, now: Date, as: Frozen): void {
  const frozenAt = report.preparedAt === null ? 0 : new Date(report.preparedAt).getTime()
  const isOver =
    isApproved(report) ||
    now.getTime() - frozenAt > PREPARED_MS ||
    (report.preparedAs === "preliminary") !== (as === "preliminary")
  if (isOver || next("report", report.status, signing(report)) === null)
    throw new ReportError("ERR_SIGN_INTENT", "what was frozen is no longer valid; prepare the report again")
}

/** @throws ReportError ERR_REPORT_STATE */
export async function beingRead(world: World, report: ReportRecord): Promise<RequestRecord> {
  const request = found(await world.ledger.request(report.requestId), "case")
  if (next("case", request.state, "signed") === null)
    throw new ReportError("ERR_REPORT_STATE", "the case is not being read")
  return request
}

/** What the signature changes, once it is made. Under the request's lock. @throws as `signReport` */
export async function signedNow(
  world: World,
  person: Pick<Person, "login" | "name" | "device">,
  pin: string,
  report: ReportRecord,
  request: RequestRecord,
): Promise<readonly Change[]> {
  const { documents, assertion, intent } = report.private
  const agreement = agreementOf(world, report.agreement)
  const { xml, isStamped } = await signReport(world, agreement, person, pin, {
    documents,
    purposes: purposesOf(report, agreement),
  })
  const uniqueId = uuidOid(world.chance)
  const place = await keepSignature(world, report, uniqueId, xml)
  const at = world.clock.now()
  const signedAt = at.toISOString()
  const planned = {
    ...plan(world, { kind: "report", agreement: report.agreement, slotId: report.slotId }),
    studyId: report.studyId,
    requestId: report.requestId,
    reportId: report.id,
  }
  const principal =
    agreement?.reportSignature === "seal+passkey"
      ? agreeingPrincipal(person, signedAt)
      : await signingPrincipal(world, person, signedAt)
  const signed: ReportDocument = { role: "signature", uniqueId, place, sha256: sha256Hex(xml) }
  const record: ReportRecord = {
    ...report,
    status: take("report", report.status, signing(report)),
    signedAt,
    stampedAt: isStamped ? signedAt : null,
    prepareId: null,
    approved: null,
    submissionId: planned.id,
    private: { ...report.private, documents: [...documents, signed] },
  }
  const [done, term] = keptAnew(world, { ...request, state: take("case", request.state, "signed") })
  return [
    { put: "report", record },
    ownedDocument(signatureOwner(report.id), 0, signed),
    { put: "request", record: done },
    term,
    ...(await noLongerNeeded(world, done)),
    ...inNameOf(principal, [{ put: "submission", record: planned }]),
    due("package", planned.id, at),
    ...(isStamped ? [] : [due("stamp", report.id, at)]),
    audit(`signed/${report.id}`, {
      ...actOf(person, report, request, signedAt),
      description: `${ACT[signing(report)]}${bound(assertion, intent)}${displayWords(person)}`,
    }),
  ]
}

/** The trail says what was agreed to, and by which answer. Both base64. */
export const bound = (assertion: string, intent: string): string =>
  `passkey assertion SHA-256 ${sha256Hex(Buffer.from(assertion, "base64"))} over intent ${sha256Hex(Buffer.from(intent, "base64"))}`

export const actOf = (
  person: Pick<Person, "login" | "name">,
  report: ReportRecord,
  request: RequestRecord,
  at: string,
) => ({
  event: "signed" as const,
  outcome: "success" as const,
  at,
  user: person.login,
  userName: person.name,
  PatientID: request.private.patient.PatientID,
  objectId: report.id,
})

function approved(
  world: World,
  person: Person,
  report: ReportRecord,
  request: RequestRecord,
): readonly Change[] {
  const { login, name } = person
  const now = world.clock.now()
  const at = now.toISOString()
  const { assertion, intent } = report.private
  const record: ReportRecord = {
    ...report,
    status: take("report", report.status, "approve"),
    approved: { at, reader: { login, name }, waitsFor: "service" },
  }
  return [
    { put: "report", record },
    due("sign", report.id, now),
    audit(`approved/${report.id}/${report.prepareId ?? ""}`, {
      ...actOf(person, report, request, at),
      description: `approved, its signature is awaited: ${bound(assertion, intent)}${displayWords(person)}`,
    }),
  ]
}

/**
 * Whoever holds the key does not answer: not now, and not when it is asked what the person has to do. What it answers wrongly
 * is no outage.
 */
export async function isKeyAway(
  { personKeys }: Pick<World, "personKeys">,
  { login }: Pick<Person, "login">,
  error: unknown,
): Promise<boolean> {
  if (!isOutage(error) && !(error instanceof KeyError && error.code === "ERR_KEY_LOGIN")) return false
  try {
    await personKeys.needs(login)
    return false
  } catch (asked) {
    return isOutage(asked)
  }
}

export const isOutage = (error: unknown): boolean =>
  error instanceof KeyError && error.code === "ERR_KEY_SERVICE"

/** For who reads the trail: what kind of document was signed. */
const ACT = { sign: "", "sign-correction": "correction; ", "sign-addendum": "addendum; " } as const

/** What changed since it was frozen its reader may not have seen. Under the request's lock, as whatever changes it is. */
export async function checkImages(world: World, report: ReportRecord): Promise<void> {
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

async function keepSignature(
  world: World,
  report: ReportRecord,
  uniqueId: string,
  xml: Uint8Array,
): Promise<SealedObject["place"]> {
  const segment = await world.spool.openSegment(report.slotId, "reserved")
  try {
    const what = { uniqueId, SOPClassUID: "", mimeType: MIME.xml }
    const object = await sealBytes(world, { StudyInstanceUID: "" }, what, xml, segment)
    await segment.sync()
    return object.place
  } finally {
    await segment.close()
  }
}
