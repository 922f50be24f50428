/**
 * A preliminary document that came home (仮報告, ADR 0035): nobody has signed it, the seal of the reading centre says whose words
 * it is, and the report follows. It is kept with its submission and is no report: nobody receives it, no archive gets it, no term
 * begins with it.
 */
import { readSignedReport } from "../../standards/cda/read-imaging-report.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { pass } from "../../standards/hpki/verdict-test.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { readWhole } from "../read-whole.ts"
import { requestOf } from "../subject.ts"
import { checkPreliminaryPlace } from "./preliminary-place.ts"
import { planReceipt } from "./receipt.ts"
import { checkReportSubject } from "./report-subject.ts"
import type { EffectOf } from "./verify.ts"

/** @throws ContentError ERR_DOCUMENTS for what says that it is more; as a report's for what is of somebody else */
export const preliminaryEffect: EffectOf = async (world, record, documents, agreement) => {
  const cda = found(
    documents.find(({ role }) => role === "cda"),
    "text of the preliminary report",
  )
  const { report: written } = readSignedReport(await readWhole(world.spool, cda.place))
  if (written.status !== "preliminary")
    throw new ContentError("ERR_DOCUMENTS", "a preliminary report with a legalAuthenticator, or a reason")
  await checkReportSubject(world, record, await requestOf(world, record), agreement, written)
  const { setId, documentId, effectiveTime, findings, impression } = written
  return {
    signature: signedByNobody(record.private.verdict),
    keeps: {
      preliminary: {
        setId,
        version: written.versionNumber,
        documentId,
        effectiveTime,
        readerName: written.reader.name,
        findings,
        impression,
      },
    },
    follow: async () => {
      const request = await requestOf(world, record)
      await checkPreliminaryPlace(world, { record, request, paper: cda, written })
      return agreement.receipts === "signed" ? planReceipt(world, record, request.slotId) : []
    },
  }
}

/** What is known of it is known of the seal alone. */
function signedByNobody(seal: Verdict | null): Verdict | null {
  return (
    seal && {
      ...seal,
      outcome: "unsigned",
      policy: "",
      tests: [...seal.tests, pass("preliminary", "nobody has signed it; the seal says whose words it is")],
    }
  )
}
