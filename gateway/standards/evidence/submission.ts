/** The seal over one submission, over what of it is here and over the signed digests of the rest. */
import { fail } from "../hpki/verdict-test.ts"
import type { Bound } from "./bound.ts"
import { verifySealOver } from "./covered.ts"
import type { EvidenceSubmission } from "./evidence-index.ts"
import { type JudgedPart, type Judging, part } from "./judged.ts"
import { filesOf } from "./package-files.ts"
import { onlyOf } from "./report.ts"

export function judgeSubmission(
  judging: Judging & { readonly bound: Bound },
  submission: EvidenceSubmission,
): JudgedPart {
  const { submissionSetUniqueId } = submission
  const files = filesOf(judging.opened, submission)
  const seal = onlyOf(files, "set-signature")
  if (seal === null)
    return part("submission", submissionSetUniqueId, [fail("documents", "its seal is not there, once")])
  const others = files.filter((each) => each !== seal)
  const { verification, tests } = verifySealOver(judging, seal, others, submissionSetUniqueId)
  return part("submission", submissionSetUniqueId, tests, verification.verdict)
}
