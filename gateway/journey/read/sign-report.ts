/**
 * The radiologist signs what was frozen: passkey and PIN, one DSG signature over CDA and PDF, and the report is final.
 *
 * It never fails for want of a time stamp: the report leaves all the same, and its stamp follows (`submit/stamp.ts`). Nor for
 * want of whoever holds the key: then it is approved, and leaves when it is signed (`sign-later.ts`).
 */
import { audit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { KeyError } from "../errors.ts"
import { signing } from "./draft.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf, keptAnew, noLongerNeeded } from "../keep.ts"
import { sealBytes } from "../submit/pack.ts"
import type { Person } from "../ports/person.ts"
import { inNameOf, readingPrincipal } from "../principal.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import {
  actOf,
  agreedTo,
  beingRead,
  checkFresh,
  checkImages,
  preparedReport,
  toHospital,
} from "./prepared.ts"
import { ownedDocument, signatureOwner, type ReportDocument } from "../submit/report-documents.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import { purposesOf, signReport } from "../submit/sign.ts"
import type { SignedOrApproved } from "../views/reading.ts"
import type { World } from "../world.ts"
import { sha256Hex } from "../../standards/sha256.ts"

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

/** What the signature changes, once it is made. Under the request's lock. @throws as `signReport` */
export async function signedNow(
  world: World,
  person: Pick<Person, "login" | "name" | "device">,
  pin: string,
  report: ReportRecord,
  request: RequestRecord,
): Promise<readonly Change[]> {
  const { documents } = report.private
  const agreement = agreementOf(world, report.agreement)
  const toSign = { documents, purposes: purposesOf(report, agreement) }
  const { xml, isStamped } = await signReport(world, agreement, person, pin, toSign)
  const signed = await keepSignature(world, report, xml)
  const at = world.clock.now()
  const signedAt = at.toISOString()
  const planned = toHospital(world, report, "report")
  const principal = await readingPrincipal(world, person, agreement, signedAt)
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
      description: `${ACT[signing(report)]}${agreedTo(person, report.private)}`,
    }),
  ]
}

function approved(
  world: World,
  person: Person,
  report: ReportRecord,
  request: RequestRecord,
): readonly Change[] {
  const { login, name } = person
  const now = world.clock.now()
  const at = now.toISOString()
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
      description: `approved, its signature is awaited: ${agreedTo(person, report.private)}`,
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

async function keepSignature(world: World, report: ReportRecord, xml: Uint8Array): Promise<ReportDocument> {
  const uniqueId = uuidOid(world.chance)
  const segment = await world.spool.openSegment(report.slotId, "reserved")
  try {
    const what = { uniqueId, SOPClassUID: "", mimeType: MIME.xml }
    const { place } = await sealBytes(world, { StudyInstanceUID: "" }, what, xml, segment)
    await segment.sync()
    return { role: "signature", uniqueId, place, sha256: sha256Hex(xml) }
  } finally {
    await segment.close()
  }
}
