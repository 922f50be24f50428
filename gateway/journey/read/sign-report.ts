/**
 * The radiologist signs what was frozen: passkey and PIN, one DSG signature over CDA and PDF, and the report is final.
 *
 * It never fails for want of a time stamp: the report leaves all the same, and its stamp follows (`submit/stamp.ts`).
 */
import { createHash } from "node:crypto"
import { audit } from "../audit.ts"
import { MIME } from "../codes.ts"
import { found, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import { signing } from "./draft.ts"
import { PREPARED_MS } from "./freeze.ts"
import { uuidOid } from "../ids.ts"
import { agreementOf, keptAnew, noLongerNeeded } from "../keep.ts"
import { sealBytes } from "../submit/pack.ts"
import type { Person, SealedObject } from "../ports.ts"
import { inNameOf, signingPrincipal } from "../principal.ts"
import type { ReportRecord } from "../records.ts"
import { plan } from "../assemble/release.ts"
import { ownedDocument, signatureOwner, type ReportDocument } from "../submit/report-documents.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import { purposesOf, signReport } from "../submit/sign.ts"
import type { World } from "../world.ts"

/** What this person froze under this id, and has not signed yet. */
export async function preparedReport(world: World, person: Person, prepareId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const report = found(await world.ledger.reportByPrepareId(prepareId), "prepared report")
  if (report.readerId !== person.id) throw new DeskError("ERR_NOT_FOUND", "no such prepared report")
  return report
}

export async function sign(
  world: World,
  person: Person,
  prepareId: string,
  pin: string,
  assertion: Uint8Array,
): Promise<{ reportId: string; version: number }> {
  const report = await preparedReport(world, person, prepareId)
  const at = world.clock.now()
  const frozenAt = report.preparedAt === null ? 0 : new Date(report.preparedAt).getTime()
  const step = next("report", report.status, signing(report))
  if (step === null || at.getTime() - frozenAt > PREPARED_MS) {
    throw new ReportError("ERR_SIGN_INTENT", "what was frozen is no longer valid; prepare the report again")
  }
  await checkImages(world, report)
  const documents = report.private.documents
  const request = found(await world.ledger.request(report.requestId), "case")
  const completed = next("case", request.state, "signed")
  if (completed === null) throw new ReportError("ERR_REPORT_STATE", "the case is not being read")
  const { xml, isStamped } = await signReport(world, agreementOf(world, report.agreement), person, pin, {
    documents,
    purposes: purposesOf(report),
  })
  const uniqueId = uuidOid(world.chance)
  const place = await keepSignature(world, report, uniqueId, xml)
  const signedAt = world.clock.now().toISOString()
  const planned = {
    ...plan(world, { kind: "report", agreement: report.agreement, slotId: report.slotId }),
    studyId: report.studyId,
    requestId: report.requestId,
    reportId: report.id,
  }
  const principal = await signingPrincipal(world, person, signedAt)
  const signed: ReportDocument = {
    role: "signature",
    uniqueId,
    place,
    sha256: sha256(xml),
  }
  const record: ReportRecord = {
    ...report,
    status: step.to,
    signedAt,
    stampedAt: isStamped ? signedAt : null,
    prepareId: null,
    submissionId: planned.id,
    private: {
      ...report.private,
      documents: [...documents, signed],
      assertion: Buffer.from(assertion).toString("base64"),
    },
  }
  const [done, term] = keptAnew(world, { ...request, state: completed.to })
  await world.ledger.commit([
    { put: "report", record },
    ownedDocument(signatureOwner(report.id), 0, signed),
    { put: "request", record: done },
    term,
    ...(await noLongerNeeded(world, done)),
    ...inNameOf(principal, [{ put: "submission", record: planned }]),
    due(step.verb ?? "package", planned.id, at),
    ...(isStamped ? [] : [due("stamp", report.id, at)]),
    audit(`signed/${report.id}`, {
      event: "signed",
      outcome: "success",
      at: signedAt,
      user: person.login,
      userName: person.name,
      PatientID: request.private.patient.PatientID,
      objectId: report.id,
      description: `${ACT[signing(report)]}passkey assertion SHA-256 ${sha256(assertion)} over intent ${sha256(Buffer.from(report.private.intent, "base64"))}`,
    }),
  ])
  return { reportId: report.id, version: report.version }
}

/** For who reads the trail: what kind of document was signed. */
const ACT = { sign: "", "sign-correction": "correction; ", "sign-addendum": "addendum; " } as const

/** What changed since it was frozen its reader may not have seen. Under the request's lock, as whatever changes it is. */
async function checkImages(world: World, { studyId, preparedAt }: ReportRecord): Promise<void> {
  const supplements = (await world.ledger.study(studyId))?.supplements ?? []
  if (preparedAt !== null && supplements.some(({ at }) => at > preparedAt))
    throw new ReportError("ERR_SIGN_IMAGES", "images came or were withdrawn since the report was frozen")
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

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
