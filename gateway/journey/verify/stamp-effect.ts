/**
 * A time stamp that follows its report: the signature document in which it stands takes the place of the one that came without,
 * when it is the very signature and holds. Nobody receives the report a second time; it is judged again, with it.
 */
import { isSameSignature } from "../../standards/dsg/same-signature.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { targetsAmong, isReplacing } from "../accept/relationships.ts"
import type { Agreement } from "../agreement.ts"
import { audit } from "../audit.ts"
import { found } from "../desk-guards.ts"
import { readWhole } from "../read-whole.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { due } from "../run.ts"
import { requestOf } from "../subject.ts"
import { documentOf } from "../submit/report-documents.ts"
import type { World } from "../world.ts"
import { agreedThen } from "./agreed-then.ts"
import { wrongVersion, waitedTooLong } from "./earlier-papers.ts"
import { planReceipt } from "./receipt.ts"
import { judgeReport, papersOf, readPapers } from "./report-verdict.ts"
import { holds, type EffectOf } from "./verify.ts"

export const stampEffect: EffectOf = async (world, record, documents, agreement) => {
  const signature = found(
    documents.find(({ role }) => role === "signature"),
    "signature in this submission",
  )
  const report = await reportOf(world, record, signature)
  // It came before its report, or before that is decided: an answer may have been lost on the way.
  if (report === null)
    return {
      signature: null,
      follow: () => Promise.resolve(waitedTooLong(world, record)),
      waitsFor: "ERR_REPORT_PARENT",
    }
  const verdict = await judged(world, report, signature, agreement)
  return {
    signature: verdict,
    follow: (outcome) =>
      holds(outcome) ? follow(world, record, agreement, report.id, signature, verdict) : Promise.resolve([]),
  }
}

/** A signature document that came, with what was sent beside it. */
interface Came {
  readonly submission: SubmissionRecord
  readonly document: DocumentRecord
}

/** Whose signature it replaces: the one that came with a report, or one that has replaced that before. */
async function reportOf(
  { ledger }: World,
  record: SubmissionRecord,
  document: DocumentRecord,
): Promise<ReportRecord | null> {
  const requestId = record.requestId ?? ""
  const beside = await ledger.submissionsOf({ requestId })
  const came = await Promise.all(
    beside
      .filter(({ direction, kind }) => direction === "in" && (kind === "report" || kind === "stamp"))
      .map(async (submission) => signaturesIn(submission, await ledger.documents(submission.id))),
  )
  const first = firstReplaced({ submission: record, document }, came.flat())
  const reports = await ledger.reportsOfRequest(requestId)
  return reports.find(({ submissionId }) => submissionId === first?.submission.id) ?? null
}

const signaturesIn = (submission: SubmissionRecord, documents: readonly DocumentRecord[]): readonly Came[] =>
  documents.filter(({ role }) => role === "signature").map((document) => ({ submission, document }))

/** Back along the replacements to what came with a report. Null where one of them is not here. */
function firstReplaced(newcomer: Came, came: readonly Came[]): Came | null {
  const seen = new Set<string>()
  let at: Came | undefined = newcomer
  while (at !== undefined && at.submission.kind !== "report") {
    if (seen.has(at.document.entryUUID)) return null
    seen.add(at.document.entryUUID)
    at = replacedBy(at, came)
  }
  return at ?? null
}

function replacedBy(
  { submission: { private: said }, document }: Came,
  came: readonly Came[],
): Came | undefined {
  const { associations = [], documentEntries = [] } = said.submission ?? {}
  const entry = documentEntries.filter(({ entryUUID }) => entryUUID === document.entryUUID)
  const targetOf = targetsAmong(
    came.map((each) => each.document),
    { documentEntries: entry },
  )
  const replacing = associations.find(
    ({ type, source }) => isReplacing(type) && source === document.entryUUID,
  )
  const target = replacing === undefined ? null : targetOf(replacing)
  return came.find((each) => each.document === target)
}

/**
 * By the text and the sheet that are here, and as if nothing had been found before: that the signature without its stamp holds
 * says nothing of the stamp.
 *
 * @throws ContentError ERR_REPORT_VERSION for another signature, or another time than was stamped before
 */
async function judged(
  world: World,
  report: ReportRecord,
  signature: DocumentRecord,
  agreement: Agreement,
): Promise<Verdict> {
  const xml = await readWhole(world.spool, signature.place)
  const standing = await readWhole(world.spool, documentOf(report, "signature").place)
  if (!isSameSignature(xml, standing)) throw wrongVersion("it is another signature than the report's")
  const papers = papersOf(await world.ledger.documents(report.submissionId ?? ""))
  const verdict = await judgeReport(
    world,
    { ...papers, signature },
    agreedThen(agreement, report.private.signature),
    await readPapers(world, papers),
    null,
  )
  if (verdict.timeStampedAt === null) throw wrongVersion("it has no time stamp that the one before lacks")
  const before = report.private.signature?.timeStampedAt ?? null
  if (before !== null && before !== verdict.timeStampedAt)
    throw wrongVersion("a time stamp is never exchanged for another")
  return verdict
}

/** Under the request's lock: what people did with the report meanwhile stays. */
async function follow(
  world: World,
  submission: SubmissionRecord,
  agreement: Agreement,
  reportId: string,
  { uniqueId, place, sha256 }: DocumentRecord,
  verdict: Verdict,
): Promise<readonly Change[]> {
  const report = found(await world.ledger.report(reportId), "report")
  const request = await requestOf(world, submission)
  const signature = { role: "signature", uniqueId, place, sha256 } as const
  const documents = report.private.documents.map((each) => (each.role === "signature" ? signature : each))
  const record: ReportRecord = {
    ...report,
    stampedAt: verdict.timeStampedAt,
    private: { ...report.private, documents, signature: verdict },
  }
  return [
    { put: "report", record },
    // With its stamp it may hold where it did not, or wait for a newer list.
    due("verify", report.submissionId ?? "", world.clock.now()),
    ...(agreement.receipts === "signed" ? planReceipt(world, submission, request.slotId) : []),
    audit(`stamp-taken/${submission.id}`, {
      event: "signed",
      outcome: "success",
      at: world.clock.now().toISOString(),
      objectId: report.id,
      description: `signature replaced by the same with its time stamp of ${verdict.timeStampedAt ?? ""}`,
    }),
  ]
}
