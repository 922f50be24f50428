/** Who received what: the recipient's seal over the sender's, and 受領 of a report. */
import { checkProofOfReceipt } from "../dsg/proof-of-receipt.ts"
import { type Verification, verifySignature } from "../dsg/verify.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { type Acknowledgement, readAcknowledgement } from "../notice/acknowledgement.ts"
import { type JudgedPart, type Judging, part } from "./judged.ts"
import { type PresentFile, withRole } from "./package-files.ts"
import { digested, type JudgedReportPart } from "./report.ts"
import { signatureTrust, withoutAnchors } from "./trust.ts"

export interface JudgedReceipt {
  readonly part: JudgedPart
  /** The seal it is over, octet by octet; null unless it is here and the receipt is valid. */
  readonly over: PresentFile | null
  /** Of its own time stamp. */
  readonly at: Date | null
}

/** It covers one seal that is in the package, and says by another key that this was received. */
export function judgeReceipt({ opened, trust, now }: Judging, receipt: PresentFile): JudgedReceipt {
  const sealTrust = signatureTrust(trust, opened, "seal")
  const judged = (documents: readonly PresentFile[]) =>
    verifySignature(
      receipt.octets,
      { documents: documents.map(digested), submissionSetUniqueId: null },
      sealTrust,
      now,
    )
  const [named] = judged([]).covered
  const seals = withRole(opened.present, "set-signature").filter(
    ({ uniqueId }) => uniqueId === named?.uniqueId,
  )
  const verification = withoutAnchors(judged(seals), trust, "seal")
  const tests = [
    ...verification.verdict.tests.map((test) => (seals.length === 0 ? sealGone(test) : test)),
    proofOf(verification, seals),
  ]
  const made = part("receipt", receipt.uniqueId, tests, verification.verdict)
  const { timeStampedAt } = verification.verdict
  return {
    part: made,
    over: made.outcome === "valid" ? (seals[0] ?? null) : null,
    at: timeStampedAt === null ? null : new Date(timeStampedAt),
  }
}

/** Images go with the end of their term, and their seal with them: the receipt outlives it, and is not wrong for that. */
const sealGone = (test: VerdictTest): VerdictTest =>
  test.name === "exact-set" && test.outcome === "fail"
    ? unknown(test.name, `the seal it is over is not in the package: ${test.detail}`)
    : test

/** A seal that cannot be read is told with its own submission; nobody can be said to have received it. */
function proofOf(receipt: Verification, [seal]: readonly PresentFile[]): VerdictTest {
  try {
    return checkProofOfReceipt(receipt, seal?.octets ?? null)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return fail("proof-of-receipt", `${problem.code}: ${problem.message}`)
  }
}

/** It came under a seal, which is judged with its submission; and it is about a report of the package. */
export function judgeAcknowledgement(
  { opened }: Judging,
  file: PresentFile,
  reports: readonly JudgedReportPart[],
): JudgedPart {
  const isSealed = opened.index.submissions.some(
    ({ kind, files }) => kind === "acknowledgement" && files.includes(file.path),
  )
  const tests = [check("sealed", isSealed, "no submission of the package brought it"), about(file, reports)]
  return part("acknowledgement", file.uniqueId, tests)
}

function about({ octets }: PresentFile, reports: readonly JudgedReportPart[]): VerdictTest {
  let said: Acknowledgement
  try {
    said = readAcknowledgement(octets)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return fail("acknowledged", `${problem.code}: ${problem.message}`)
  }
  const isHere = reports.some(
    ({ written }) => written?.setId === said.reportSetId && written.versionNumber === said.reportVersion,
  )
  return isHere
    ? pass("acknowledged", said.at)
    : fail("acknowledged", "is about a report that is not in the package")
}
