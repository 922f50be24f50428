/** Who received what: the recipient's seal over the sender's, and 受領 of a report. */
import { COMMITMENT } from "../dsg/commitment.ts"
import { verifySignature } from "../dsg/verify.ts"
import { type VerdictTest, check, fail, pass } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { type Acknowledgement, readAcknowledgement } from "../notice/acknowledgement.ts"
import { type JudgedPart, type Judging, part } from "./judged.ts"
import { type PresentFile, withRole } from "./package-files.ts"
import { digested, type JudgedReportPart } from "./report.ts"
import { signatureTrust, withoutAnchors } from "./trust.ts"

/** It covers one seal that is in the package, and says that this was received. */
export function judgeReceipt({ opened, trust, now }: Judging, receipt: PresentFile): JudgedPart {
  const sealTrust = signatureTrust(trust, opened, "seal")
  const judged = (documents: readonly PresentFile[]) =>
    verifySignature(
      receipt.octets,
      { documents: documents.map(digested), submissionSetUniqueId: null },
      sealTrust,
      now,
    )
  const [named] = judged([]).covered
  const seals = withRole(opened.present, "set-signature")
  const verification = withoutAnchors(
    judged(seals.filter(({ uniqueId }) => uniqueId === named?.uniqueId)),
    trust,
    "seal",
  )
  const isReceipt = verification.commitments.includes(COMMITMENT.proofOfReceipt.identifier)
  const tests = [
    ...verification.verdict.tests,
    check("proof-of-receipt", isReceipt, "the signature is no proof of receipt"),
  ]
  return part("receipt", receipt.uniqueId, tests, verification.verdict)
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
