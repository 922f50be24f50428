/** A signed report on its way home; and what it does where it arrives. */
import { readSignedReport } from "../standards/cda/read-imaging-report.ts"
import type { ImagingReport } from "../standards/cda/report-content.ts"
import type { Verdict } from "../standards/dsg/verdict.ts"
import { verifySignature } from "../standards/dsg/verify.ts"
import type { Agreement } from "./agreement.ts"
import { MIME, PURPOSE } from "./codes.ts"
import { found } from "./desk-guards.ts"
import { uuid } from "./ids.ts"
import type { Content, ContentsOf } from "./package.ts"
import { documentOf, previousVersion } from "./report.ts"
import { readWhole } from "./read-whole.ts"
import { notice, planReceipt } from "./receipt.ts"
import type {
  Change,
  DocumentRecord,
  DocumentRole,
  ReportRecord,
  RequestRecord,
  SubmissionRecord,
} from "./records.ts"
import { checkReportSubject, checkReportVersion } from "./report-subject.ts"
import { next } from "./route.ts"
import { judgeSigner } from "./signer.ts"
import { requestOf, subjectOf, targetOf } from "./subject.ts"
import { digested, holds, type TakeEffect } from "./verify.ts"
import type { World } from "./world.ts"

const TITLES: Readonly<Record<"cda" | "pdf" | "signature", string>> = {
  cda: "画像診断報告書",
  pdf: "画像診断報告書（PDF）",
  signature: PURPOSE.author.display,
}

export const reportContents: ContentsOf = async (world, record, agreement) => {
  const report = found(record.reportId === null ? null : await world.ledger.report(record.reportId), "report")
  const contents: Content[] = []
  for (const role of ["cda", "pdf", "signature"] as const) {
    const { uniqueId, place } = documentOf(report, role)
    contents.push({
      ...notice(world, role, TITLES[role], new Uint8Array(0)),
      uniqueId,
      mimeType: role === "pdf" ? MIME.pdf : MIME.xml,
      createdAt: new Date(report.preparedAt ?? record.createdAt),
      purposes: role === "signature" ? [PURPOSE.author] : [],
      legalAuthenticator: `${report.readerId}^${report.readerName}^^^^^^^&${world.site.oid}&ISO`,
      body: { sealed: await world.spool.open(place) },
    })
  }
  const by = documentOf(report, "signature").uniqueId
  return {
    subject: await subjectOf(world, record, agreement),
    contents,
    signs: (["cda", "pdf"] as const).map((role) => ({ by, what: documentOf(report, role).uniqueId })),
    replaces: report.version > 1 ? await replacements(world, report) : [],
  }
}

/** RPLC of the earlier version's CDA and PDF, by the entryUUIDs we gave them (ihe-wire 1.7). */
async function replacements(
  world: World,
  report: ReportRecord,
): Promise<{ uniqueId: string; entryUUID: string }[]> {
  const previous = await previousVersion(world, report)
  const sent = await world.ledger.documents(previous.submissionId ?? "")
  return (["cda", "pdf"] as const).flatMap((role) => {
    const earlier = sent.find((each) => each.role === role)
    return earlier === undefined
      ? []
      : [{ uniqueId: documentOf(report, role).uniqueId, entryUUID: earlier.entryUUID }]
  })
}

/**
 * The radiologist's own signature is judged here, with every test; the text is shown only if it holds. Judged again when
 * evidence was missing: the report keeps its id, and what was done with it meanwhile.
 */
export const reportEffect: TakeEffect = async (world, record, documents, agreement) => {
  const request = await requestOf(world, record)
  const one = (role: DocumentRole): DocumentRecord =>
    found(
      documents.find((each) => each.role === role),
      `${role} of the report`,
    )
  const [cda, pdf, signature] = [one("cda"), one("pdf"), one("signature")]
  const signed = readSignedReport(await readWhole(world.spool, cda.place))
  const content = signed.report
  const reports = await world.ledger.reportsOfRequest(request.id)
  const known = reports.find((each) => each.submissionId === record.id)
  await checkReportSubject(world, record, request, agreement, content)
  if (known === undefined) await checkReportVersion(world, record, request, cda, content, reports)
  const claimed = { documents: [digested(cda), digested(pdf)], submissionSetUniqueId: null }
  const verification = verifySignature(
    await readWhole(world.spool, signature.place),
    claimed,
    world.trust.report(),
    world.clock.now(),
  )
  const judged = standing(known?.private.signature ?? null, judgeSigner(verification, agreement, signed))
  const report: ReportRecord = {
    ...(known ?? newReport(world, record, request, agreement, content)),
    signedAt: judged.signedAt,
    private: {
      draft: {
        findings: content.findings,
        impression: content.impression,
        keyImages: [],
        correctionReason: content.correction?.reason ?? "",
      },
      documents: [cda, pdf, signature].map(({ role, uniqueId, place, sha256 }) => ({
        role,
        uniqueId,
        place,
        sha256,
      })),
      keyImages: content.keyImages.length,
      signature: judged,
      intent: "",
      assertion: "",
    },
  }
  const receipted = record.state !== "accepted" || !holds(judged.outcome) || agreement.receipts !== "signed"
  return {
    signature: judged,
    changes: [
      { put: "report", record: report },
      ...(receipted ? [] : planReceipt(world, record, request.slotId)),
      ...(record.state === "accepted" ? reopened(request) : []),
    ],
  }
}

/** Once it held, only evidence against it counts: that a list has lapsed meanwhile says nothing. */
/** A corrected report makes a request that was settled one that asks for something again. */
function reopened(request: RequestRecord): Change[] {
  const step = next("case", request.state, "report")
  return step === null ? [] : [{ put: "request", record: { ...request, state: step.to } }]
}

function standing(before: Verdict | null, now: Verdict): Verdict {
  return now.outcome === "indeterminate" && before !== null && holds(before.outcome) ? before : now
}

function newReport(
  world: World,
  record: SubmissionRecord,
  request: RequestRecord,
  agreement: Agreement,
  content: ImagingReport,
): Omit<ReportRecord, "private"> {
  return {
    id: uuid(world.chance),
    requestId: request.id,
    studyId: targetOf(request) ?? "",
    agreement: agreement.id,
    setId: content.setId,
    version: content.versionNumber,
    status: content.status,
    readerId: content.reader.id,
    readerName: content.reader.name,
    slotId: request.slotId,
    draftVersion: 0,
    prepareId: null,
    preparedAt: content.effectiveTime,
    signedAt: null,
    submissionId: record.id,
    acknowledgedAt: null,
    acknowledgedBy: "",
    acknowledgedSeenAt: null,
  }
}
