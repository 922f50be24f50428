/**
 * The signature of a report with its time stamp, in the place of the one that left without (RPLC): a document of its own, and
 * nothing else. It follows the report; before that has arrived there is nothing to replace.
 */
import { PURPOSE } from "../codes.ts"
import { found } from "../desk-guards.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRecord } from "../records/submission.ts"
import { subjectOf } from "../subject.ts"
import { notice } from "../verify/receipt.ts"
import type { World } from "../world.ts"
import type { ContentsOf } from "./package.ts"
import { documentOf } from "./report-documents.ts"
import { purposesOf, titleOf } from "./sign.ts"

const LOOK_MS = 60_000

export const stampContents: ContentsOf = async (world, record, agreement) => {
  const report = found(record.reportId === null ? null : await world.ledger.report(record.reportId), "report")
  if (!(await hasArrived(world, report)))
    return {
      isStill: async () => !(await hasArrived(world, report)),
      again: { afterMs: LOOK_MS, by: "package" },
    }
  const { uniqueId, place } = documentOf(report, "signature")
  const sent = await world.ledger.documents(report.submissionId ?? "")
  const first = found(
    sent.find(({ role }) => role === "signature"),
    "signature that was sent",
  )
  const purposes = purposesOf(report, agreement)
  return {
    subject: await subjectOf(world, record, agreement),
    contents: [
      {
        ...notice(world, "signature", titleOf(purposes), new Uint8Array(0)),
        uniqueId,
        createdAt: new Date(report.stampedAt ?? record.createdAt),
        purposes: purposes.map((purpose) => PURPOSE[purpose]),
        legalAuthenticator: `${report.readerId}^${report.readerName}^^^^^^^&${world.site.oid}&ISO`,
        body: { sealed: await world.spool.open(place) },
      },
    ],
    signs: [],
    signsEarlier: sent.filter(isSigned).map(({ entryUUID }) => ({ by: uniqueId, entryUUID })),
    replaces: [{ uniqueId, entryUUID: first.entryUUID }],
  }
}

const isSigned = ({ role }: DocumentRecord): boolean => role === "cda" || role === "pdf"

async function hasArrived({ ledger }: World, { submissionId }: ReportRecord): Promise<boolean> {
  const sent = await ledger.submission(submissionId ?? "")
  return sent?.state === "accepted" || sent?.state === "verified"
}
