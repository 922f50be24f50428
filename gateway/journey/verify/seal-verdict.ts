/** The seal over a submission: judged against exactly its documents, once; what was decided stays decided. */
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { verifySignature } from "../../standards/dsg/verify.ts"
import type { Agreement } from "../agreement.ts"
import { isSealing } from "../packaging.ts"
import { readWhole } from "../read-whole.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import { unsealedVerdict } from "./unsealed.ts"

export async function verdictOfSeal(
  world: World,
  record: SubmissionRecord,
  documents: readonly DocumentRecord[],
  agreement: Agreement,
): Promise<Verdict> {
  const before = record.private.verdict
  if (record.state !== "accepted" && before !== null) return before
  if (!isSealing(agreement)) return unsealedVerdict(record, agreement, world.clock.now())
  const signature = documents.find((each) => each.role === "set-signature")
  const xml = signature === undefined ? new Uint8Array(0) : await readWhole(world.spool, signature.place)
  const claimed = {
    documents: documents.filter((each) => each !== signature).map(digested),
    submissionSetUniqueId: record.submissionSetUid,
  }
  const { verdict, chains } = verifySignature(xml, claimed, world.trust.seal(agreement), world.clock.now())
  world.trust.want(chains)
  return verdict
}

export const digested = (document: DocumentRecord): { uniqueId: string; sha256: Uint8Array } => ({
  uniqueId: document.uniqueId,
  sha256: Buffer.from(document.sha256, "hex"),
})
