/**
 * A report that came home: the radiologist's own signature is judged here, with every test. If it does not hold nobody
 * sees the text; while that cannot be told the text is read beside these words, and nothing of the report leaves the page.
 * Judged again when evidence was missing: the report keeps its id, and what was done with it meanwhile.
 */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import type { Agreement } from "../agreement.ts"
import { uuid } from "../ids.ts"
import { keptAnew } from "../keep.ts"
import { isRecalled } from "../retain/recall.ts"
import { isSealing } from "../packaging.ts"
import { planReceipt } from "./receipt.ts"
import { firstRenewal } from "./renew.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { placeOf } from "./report-place.ts"
import { checkReportSubject } from "./report-subject.ts"
import { judgeReport, papersOf, readPapers, type ReportPapers } from "./report-verdict.ts"
import { next } from "../route.ts"
import { due } from "../run.ts"
import { requestOf, targetOf } from "../subject.ts"
import { unsealedVerdict } from "./unsealed.ts"
import { unsignedReport, type ReportText } from "./unsigned-report.ts"
import { holds, type EffectOf } from "./verify.ts"
import type { World } from "../world.ts"

interface Arrived {
  /** With the CDA document, which is read and holds against what was sent before; null without one. */
  readonly written: ImagingReport | null
  readonly content: ReportText
  /** The CDA document first, if there is one. */
  readonly documents: readonly [DocumentRecord, ...DocumentRecord[]]
  readonly signature: Verdict
}

export const reportEffect: EffectOf = (world, record, documents, agreement) =>
  isSealing(agreement)
    ? signedEffect(world, record, documents, agreement)
    : unsignedEffect(world, record, documents, agreement)

/** As the agreement says nobody signed it: it counts by the connection or medium it came by, and every page says so. */
const unsignedEffect: EffectOf = async (world, record, documents, agreement) => {
  const report = await unsignedReport(world, record, documents, agreement)
  const signature = record.private.verdict ?? unsealedVerdict(record, agreement, world.clock.now())
  const arrived: Arrived = { ...report, signature }
  return {
    signature,
    follow: () => follow(world, record, agreement, arrived),
    waitsFor: "ERR_REPORT_PARENT",
  }
}

const signedEffect: EffectOf = async (world, record, documents, agreement) => {
  const earlier = await known(world, record)
  const papers = inForce(papersOf(documents), earlier)
  const written = await readPapers(world, papers)
  const content = written.report
  await checkReportSubject(world, record, await requestOf(world, record), agreement, content)
  const before = earlier?.private.signature ?? null
  const signature = await judgeReport(world, papers, agreement, written, before)
  const arrived: Arrived = {
    written: content,
    content,
    documents: [papers.cda, papers.pdf, papers.signature],
    signature,
  }
  return {
    signature,
    follow: () => follow(world, record, agreement, arrived),
    waitsFor: "ERR_REPORT_PARENT",
  }
}

/** The same signature with its time stamp may have come since (stamp-effect.ts). */
function inForce(papers: ReportPapers, earlier: ReportRecord | undefined): ReportPapers {
  const signature = earlier?.private.documents.find(({ role }) => role === "signature")
  return signature === undefined ? papers : { ...papers, signature: { ...papers.signature, ...signature } }
}

async function known(world: World, record: SubmissionRecord): Promise<ReportRecord | undefined> {
  const reports = await world.ledger.reportsOfRequest((await requestOf(world, record)).id)
  return reports.find((each) => each.submissionId === record.id)
}

/** What does not hold, or not yet, is kept with its verdict and gets no receipt. Null while what it is added to is not here. */
async function follow(
  world: World,
  submission: SubmissionRecord,
  agreement: Agreement,
  arrived: Arrived,
): Promise<readonly Change[] | null> {
  const { written, content, documents, signature } = arrived
  const request = await requestOf(world, submission)
  const earlier = await known(world, submission)
  const placed = earlier ?? (await newReport(world, submission, request, arrived))
  if (placed === null) return null
  const report: ReportRecord = {
    ...placed,
    signedAt: signature.signedAt,
    stampedAt: signature.timeStampedAt,
    private: {
      draft: {
        findings: content.findings,
        impression: content.impression,
        keyImages: [],
        correctionReason: content.correction?.reason ?? "",
        ...(written?.addendum ? { addendum: written.addendum.text } : {}),
      },
      documents: documents.map(({ role, uniqueId, place, sha256 }) => ({ role, uniqueId, place, sha256 })),
      keyImages: content.keyImages.length,
      captions: content.keyImages.map(({ caption }) => caption),
      signature,
      intent: "",
      assertion: "",
      ...(earlier?.private.longTerm === undefined ? {} : { longTerm: earlier.private.longTerm }),
    },
  }
  const isFirst = submission.state === "accepted" && holds(signature.outcome)
  return [
    { put: "report", record: report },
    ...(submission.state === "accepted" ? reopened(world, request) : []),
    ...(isFirst && agreement.receipts === "signed" ? planReceipt(world, submission, request.slotId) : []),
    // What goes to the archive is made of both: of a report without a CDA document only the page has the PDF.
    ...(holds(signature.outcome) && written !== null && isPrinted(documents) && !isRecalled(request)
      ? [due("deliver", report.id, world.clock.now())]
      : []),
    ...(isFirst && agreement.signatures?.keep === "long-term"
      ? [due("renew", report.id, firstRenewal(world.clock.now()))]
      : []),
    ...(earlier?.private.signature?.outcome !== signature.outcome ? await waitingFor(world, submission) : []),
  ]
}

const isPrinted = (documents: readonly DocumentRecord[]): boolean =>
  documents.some(({ role }) => role === "pdf")

/** What came before what it is added to, or before the verdict over that, is looked at now. */
async function waitingFor(world: World, { id, requestId }: SubmissionRecord): Promise<Change[]> {
  const beside = await world.ledger.submissionsOf({ requestId: requestId ?? "" })
  return beside
    .filter(
      (each) =>
        each.direction === "in" &&
        (each.kind === "report" || each.kind === "stamp") &&
        each.state === "accepted" &&
        each.id !== id,
    )
    .map((each) => due("verify", each.id, world.clock.now()))
}

/** With a report the term of its request begins anew; a correction makes one that was settled ask for something again. */
function reopened(world: World, request: RequestRecord): Change[] {
  const state = next("case", request.state, "report")?.to ?? request.state
  const [record, term] = keptAnew(world, { ...request, state })
  return [{ put: "request", record }, term]
}

/** Placed among those that are here now, not when it was looked at. Null while what it is added to is not here. */
async function newReport(
  world: World,
  submission: SubmissionRecord,
  request: RequestRecord,
  { written, content, documents: [paper] }: Arrived,
): Promise<Omit<ReportRecord, "private"> | null> {
  const reports = await world.ledger.reportsOfRequest(request.id)
  const place = await placeOf(world, { record: submission, request, paper, written, reports })
  return (
    place && {
      id: uuid(world.chance),
      requestId: request.id,
      studyId: targetOf(request) ?? "",
      agreement: submission.agreement,
      ...place,
      readerId: content.reader.id,
      readerName: content.reader.name,
      slotId: request.slotId,
      draftVersion: 0,
      prepareId: null,
      preparedAt: content.effectiveTime,
      signedAt: null,
      stampedAt: null,
      submissionId: submission.id,
      acknowledgedAt: null,
      acknowledgedBy: "",
      acknowledgedSeenAt: null,
    }
  )
}
