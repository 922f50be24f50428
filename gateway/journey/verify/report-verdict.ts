/** The radiologist's signature over a report that came home, judged by what is known now. */
import { readSignedReport, type SignedReport } from "../../standards/cda/read-imaging-report.ts"
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { verifySignature } from "../../standards/dsg/verify.ts"
import type { Agreement } from "../agreement.ts"
import { found } from "../desk-guards.ts"
import { readWhole } from "../read-whole.ts"
import type { DocumentRecord, DocumentRole } from "../records/submission.ts"
import { agreedThen } from "./agreed-then.ts"
import { digested } from "./seal-verdict.ts"
import { judgeSigner } from "./signer.ts"
import { holds } from "./verify.ts"
import type { World } from "../world.ts"

/** The three documents of a report: its text, the sheet, and the signature over both. */
export interface ReportPapers {
  readonly cda: DocumentRecord
  readonly pdf: DocumentRecord
  readonly signature: DocumentRecord
}

/** @throws DeskError ERR_NOT_FOUND when one is missing */
export function papersOf(documents: readonly DocumentRecord[]): ReportPapers {
  const one = (role: DocumentRole): DocumentRecord =>
    found(
      documents.find((each) => each.role === role),
      `${role} of the report`,
    )
  return { cda: one("cda"), pdf: one("pdf"), signature: one("signature") }
}

export const readPapers = async (world: World, { cda }: ReportPapers): Promise<SignedReport> =>
  readSignedReport(await readWhole(world.spool, cda.place))

/** @param before what was found the last time; null = it was never judged */
export async function judgeReport(
  world: World,
  papers: ReportPapers,
  agreement: Agreement,
  written: SignedReport,
  before: Verdict | null,
): Promise<Verdict> {
  const claimed = { documents: [digested(papers.cda), digested(papers.pdf)], submissionSetUniqueId: null }
  const xml = await readWhole(world.spool, papers.signature.place)
  const agreed = agreedThen(agreement, before)
  const verification = verifySignature(xml, claimed, world.trust.report(agreed), world.clock.now())
  world.trust.want(verification.chains)
  return standing(before, judgeSigner(verification, agreed, written))
}

/** Once it held, only evidence against it counts: that a list has lapsed meanwhile says nothing. */
const standing = (before: Verdict | null, now: Verdict): Verdict =>
  now.outcome === "indeterminate" && before !== null && holds(before.outcome) ? before : now
