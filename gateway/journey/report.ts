/**
 * Report: draft → frozen → signed.
 *
 * What is signed is exactly what was frozen: CDA and PDF are made once, sealed, and shown; the passkey assertion is
 * over their digests, and only then the radiologist's own key signs both in one DSG signature with a time stamp.
 */
import { createHash } from "node:crypto"
import { writeImagingReport } from "../standards/cda/imaging-report.ts"
import { audit } from "./audit.ts"
import { plan } from "./assemble.ts"
import { MIME } from "./codes.ts"
import { found, only } from "./desk-guards.ts"
import { DeskError, ReportError } from "./errors.ts"
import { uuid, uuidOid } from "./ids.ts"
import { agreementOf } from "./keep.ts"
import { keyImages } from "./key-images.ts"
import { milestone } from "./milestones.ts"
import { sealBytes } from "./package.ts"
import type { Person, ReadingDesk, ReportContent, SealedObject } from "./ports.ts"
import type {
  Change,
  DocumentRecord,
  DocumentRole,
  ReportRecord,
  RequestRecord,
  StudyRecord,
} from "./records.ts"
import { readWhole } from "./read-whole.ts"
import { next } from "./route.ts"
import { due } from "./run.ts"
import { targetOf } from "./subject.ts"
import { signReport } from "./sign.ts"
import type { PreparedReport, ReportDraft } from "./views.ts"
import { studyView } from "./work-item.ts"
import type { World } from "./world.ts"

/** How long frozen bytes may wait for their signature. */
export const PREPARED_MS = 5 * 60 * 1000
const EMPTY: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }

type ReportDesk = Pick<ReadingDesk, "saveDraft" | "prepare" | "preparedPdf" | "sign">

export function reportDesk(world: World): ReportDesk {
  const held = <T>(requestId: string, work: () => Promise<T>): Promise<T> => world.locks.with(requestId, work)
  return {
    saveDraft: (person, requestId, draft, expected) =>
      held(requestId, () => saveDraft(world, person, requestId, draft, expected)),
    prepare: (person, requestId, expected) =>
      held(requestId, () => prepare(world, person, requestId, expected)),
    preparedPdf: async (person, prepareId) => {
      const report = await preparedReport(world, person, prepareId)
      return readWhole(world.spool, documentOf(report, "pdf").place)
    },
    sign: async (person, prepareId, pin, assertion) => {
      const { requestId } = await preparedReport(world, person, prepareId)
      return held(requestId, () => sign(world, person, prepareId, pin, assertion))
    },
  }
}

/** The draft a reader writes on; `previous` when it corrects a signed version. */
export function newDraft(
  world: World,
  person: Person,
  request: RequestRecord,
  previous: ReportRecord | null,
  reason: string,
): ReportRecord {
  return {
    id: uuid(world.chance),
    requestId: request.id,
    studyId: targetOf(request) ?? "",
    agreement: request.agreement,
    setId: previous?.setId ?? uuidOid(world.chance),
    version: (previous?.version ?? 0) + 1,
    status: "draft",
    readerId: person.id,
    readerName: person.name,
    slotId: request.slotId,
    draftVersion: 1,
    prepareId: null,
    preparedAt: null,
    signedAt: null,
    submissionId: null,
    acknowledgedAt: null,
    acknowledgedBy: "",
    acknowledgedSeenAt: null,
    private: {
      draft: { ...(previous?.private.draft ?? EMPTY), correctionReason: reason },
      documents: [],
      keyImages: 0,
      signature: null,
      intent: "",
      assertion: "",
    },
  }
}

/** The unsigned version of this request, written by this person. */
async function ownDraft(world: World, person: Person, requestId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const drafts = (await world.ledger.reportsOfRequest(requestId)).filter((each) => each.status === "draft")
  const draft = found(drafts[0], "draft")
  if (draft.readerId !== person.id) throw new DeskError("ERR_LOCKED", "another reader holds this case")
  return draft
}

async function saveDraft(
  world: World,
  person: Person,
  requestId: string,
  draft: ReportDraft,
  expectedVersion: number,
): Promise<{ draftVersion: number }> {
  const report = await ownDraft(world, person, requestId)
  if (report.draftVersion !== expectedVersion)
    throw new ReportError("ERR_REPORT_STATE", "the draft was changed elsewhere")
  const draftVersion = report.draftVersion + 1
  const correctionReason =
    draft.correctionReason === "" ? report.private.draft.correctionReason : draft.correctionReason
  const text: ReportDraft = {
    ...draft,
    findings: draft.findings.normalize("NFC"),
    impression: draft.impression.normalize("NFC"),
    correctionReason,
  }
  // Whatever was frozen no longer is what the reader wrote.
  const record: ReportRecord = {
    ...report,
    draftVersion,
    prepareId: null,
    private: { ...report.private, draft: text },
  }
  await world.ledger.commit([{ put: "report", record }])
  return { draftVersion }
}

async function prepare(
  world: World,
  person: Person,
  requestId: string,
  expectedVersion: number,
): Promise<Omit<PreparedReport, "passkey"> & { intent: Uint8Array }> {
  const report = await ownDraft(world, person, requestId)
  if (report.draftVersion !== expectedVersion)
    throw new ReportError("ERR_REPORT_STATE", "the draft was changed elsewhere; look at it again")
  if (report.private.draft.impression.trim() === "")
    throw new ReportError("ERR_REPORT_STATE", "the impression is empty")
  const request = found(await world.ledger.request(requestId), "case")
  const study = found(await world.ledger.study(targetOf(request) ?? ""), "study")
  if (request.state !== "inProgress") throw new ReportError("ERR_REPORT_STATE", "the case is not being read")
  const at = world.clock.now()
  const content = await reportContent(world, person, report, request, study, at)
  const frozen = await freeze(world, report, content)
  const prepareId = uuid(world.chance)
  const digest = (role: DocumentRole): string =>
    found(
      frozen.find((each) => each.role === role),
      role,
    ).sha256
  const digests = { cda: digest("cda"), pdf: digest("pdf") }
  const intent = signIntent(world, prepareId, report, person, digests)
  const record: ReportRecord = {
    ...report,
    prepareId,
    preparedAt: at.toISOString(),
    private: {
      ...report.private,
      documents: frozen,
      keyImages: content.keyImages.length,
      intent: Buffer.from(intent).toString("base64"),
    },
  }
  await world.ledger.commit([
    { put: "report", record },
    ...frozen.map((each, ordinal) => ownedDocument(`report/${report.id}/${prepareId}`, ordinal, each)),
  ])
  return {
    prepareId,
    reportId: report.id,
    version: report.version,
    cdaSha256: digests.cda,
    pdfSha256: digests.pdf,
    frozenAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + PREPARED_MS).toISOString(),
    patient: study.private.patient,
    draft: report.private.draft,
    intent,
  }
}

/** What the passkey signs: every id and digest of this act, and a nonce. */
function signIntent(
  world: World,
  prepareId: string,
  report: ReportRecord,
  person: Person,
  digests: { readonly cda: string; readonly pdf: string },
): Uint8Array {
  const nonce = Buffer.from(world.chance.bytes(16)).toString("hex")
  const lines = [
    "sign-intent-v1",
    prepareId,
    report.id,
    String(report.version),
    digests.cda,
    digests.pdf,
    person.id,
    nonce,
  ]
  return new TextEncoder().encode(lines.join("\n"))
}

async function reportContent(
  world: World,
  person: Person,
  report: ReportRecord,
  request: RequestRecord,
  study: StudyRecord,
  at: Date,
): Promise<ReportContent> {
  const agreement = found(agreementOf(world, request.agreement), "agreement")
  const { draft } = report.private
  const previous = report.version > 1 ? await previousVersion(world, report) : null
  const replaces = previous === null ? null : documentOf(previous, "cda").uniqueId
  return {
    documentId: uuidOid(world.chance),
    setId: report.setId,
    versionNumber: report.version,
    status: previous === null ? "final" : "corrected",
    effectiveTime: at.toISOString(),
    patient: study.private.patient,
    patientIdRoot: agreement.patientIdDomain,
    study: studyView(study),
    hospital: { name: agreement.partner.name, oid: agreement.partner.oid },
    center: { name: world.site.name, oid: world.site.oid },
    requestNumber: request.private.requestNumber,
    purpose: request.private.text.purpose,
    physician: request.private.text.physician,
    reader: { id: person.login, idRoot: world.site.oid, name: person.name },
    findings: draft.findings,
    impression: draft.impression,
    correction: replaces === null ? null : { replacesDocumentId: replaces, reason: draft.correctionReason },
    keyImages: await keyImages(world, study, draft.keyImages),
  }
}

export async function previousVersion(world: World, report: ReportRecord): Promise<ReportRecord> {
  const versions = await world.ledger.reportsOfRequest(report.requestId)
  return found(
    versions.find((each) => each.version === report.version - 1),
    "earlier version",
  )
}

type ReportDocument = ReportRecord["private"]["documents"][number]

export const documentOf = (report: ReportRecord, role: DocumentRole): ReportDocument =>
  found(
    report.private.documents.find((each) => each.role === role),
    `${role} of this report`,
  )

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** CDA and PDF sealed under the request's slot; durable when it resolves. */
async function freeze(world: World, report: ReportRecord, content: ReportContent) {
  const bodies = [
    { role: "cda", uniqueId: content.documentId, mimeType: MIME.xml, bytes: writeImagingReport(content) },
    {
      role: "pdf",
      uniqueId: uuidOid(world.chance),
      mimeType: MIME.pdf,
      bytes: await world.draughtsman.renderReport(content),
    },
  ] as const
  const segment = await world.spool.openSegment(report.slotId)
  const documents: ReportDocument[] = []
  try {
    for (const { role, uniqueId, mimeType, bytes } of bodies) {
      const subject = { StudyInstanceUID: content.study.StudyInstanceUID }
      const object = await sealBytes(world, subject, { uniqueId, SOPClassUID: "", mimeType }, bytes, segment)
      documents.push({ role, uniqueId, place: object.place, sha256: hex(object.facts.sha256) })
    }
    await segment.sync()
  } finally {
    await segment.close()
  }
  return documents
}

/** A row so that roll-forward knows the frame although no submission carries it yet. */
function ownedDocument(owner: string, ordinal: number, document: ReportDocument): Change {
  const record: DocumentRecord = {
    submissionId: owner,
    ordinal,
    role: document.role,
    uniqueId: document.uniqueId,
    entryUUID: "",
    place: document.place,
    hash: "",
    sizeBytes: 0,
    sha256: document.sha256,
    clearMimeType: "",
    private: { envelopePrefix: "", envelopeSuffix: "" },
  }
  return { put: "document", record }
}

async function preparedReport(world: World, person: Person, prepareId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const report = found(await world.ledger.reportByPrepareId(prepareId), "prepared report")
  if (report.readerId !== person.id) throw new DeskError("ERR_NOT_FOUND", "no such prepared report")
  return report
}

async function sign(
  world: World,
  person: Person,
  prepareId: string,
  pin: string,
  assertion: Uint8Array,
): Promise<{ reportId: string; version: number }> {
  const report = await preparedReport(world, person, prepareId)
  const at = world.clock.now()
  const frozenAt = report.preparedAt === null ? 0 : new Date(report.preparedAt).getTime()
  const step = next("report", report.status, report.version > 1 ? "sign-correction" : "sign")
  if (step === null || at.getTime() - frozenAt > PREPARED_MS) {
    throw new ReportError("ERR_SIGN_INTENT", "what was frozen is no longer valid; prepare the report again")
  }
  const documents = report.private.documents
  const signature = await signReport(world, person, pin, documents)
  const uniqueId = uuidOid(world.chance)
  const place = await keepSignature(world, report, uniqueId, signature)
  const signedAt = world.clock.now().toISOString()
  const planned = {
    ...plan(world, { kind: "report", agreement: report.agreement, slotId: report.slotId }),
    studyId: report.studyId,
    requestId: report.requestId,
    reportId: report.id,
  }
  const signed: ReportDocument = {
    role: "signature",
    uniqueId,
    place,
    sha256: createHash("sha256").update(signature).digest("hex"),
  }
  const record: ReportRecord = {
    ...report,
    status: step.to,
    signedAt,
    prepareId: null,
    submissionId: planned.id,
    private: {
      ...report.private,
      documents: [...documents, signed],
      assertion: Buffer.from(assertion).toString("base64"),
    },
  }
  const request = found(await world.ledger.request(report.requestId), "case")
  const done: RequestRecord = {
    ...request,
    state: next("case", request.state, "signed")?.to ?? request.state,
  }
  await world.ledger.commit([
    { put: "report", record },
    ownedDocument(`report/${report.id}/signature`, 0, signed),
    { put: "request", record: done },
    { put: "submission", record: planned },
    due("package", planned.id, at),
    milestone(request.id, "report-signed", signedAt),
    audit(`signed/${report.id}`, {
      event: "signed",
      outcome: "success",
      at: signedAt,
      user: person.login,
      userName: person.name,
      PatientID: request.private.patient.PatientID,
      objectId: report.id,
      description: `passkey assertion SHA-256 ${createHash("sha256").update(assertion).digest("hex")} over intent ${createHash("sha256").update(Buffer.from(report.private.intent, "base64")).digest("hex")}`,
    }),
  ])
  world.notify(request.id)
  return { reportId: report.id, version: report.version }
}

async function keepSignature(
  world: World,
  report: ReportRecord,
  uniqueId: string,
  xml: Uint8Array,
): Promise<SealedObject["place"]> {
  const segment = await world.spool.openSegment(report.slotId)
  try {
    const what = { uniqueId, SOPClassUID: "", mimeType: MIME.xml }
    const object = await sealBytes(world, { StudyInstanceUID: "" }, what, xml, segment)
    await segment.sync()
    return object.place
  } finally {
    await segment.close()
  }
}
