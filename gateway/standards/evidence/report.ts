/**
 * A report: its reader's own signature over exactly its text and its sheet, and the reader is who wrote it. Of one signature at
 * several ages (with the stamp that followed, with evidence and archive stamps) the newest counts.
 */
import { type SignedReport, readSignedReport } from "../cda/read-imaging-report.ts"
import { authorAnswers, signerIsAuthor } from "../cda/signer-is-author.ts"
import { COMMITMENT } from "../dsg/commitment.ts"
import type { ClaimedContent } from "../dsg/trust.ts"
import { outcomeOf } from "../dsg/verdict.ts"
import { isSameIfReadable } from "../dsg/same-signature.ts"
import { type Verification, verifySignature } from "../dsg/verify.ts"
import { MAX_KEPT_EVIDENCE } from "../dsg/xades-read.ts"
import { type VerdictTest, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import type { EvidenceSubmission, FileRole } from "./evidence-index.ts"
import { type JudgedPart, type JudgedReport, type Judging, part } from "./judged.ts"
import { filesOf, type OpenedPackage, type PresentFile, withRole } from "./package-files.ts"
import { signatureTrust, withoutAnchors } from "./trust.ts"

export interface JudgedReportPart {
  readonly part: JudgedPart
  /** What the text says, whoever signed it; null when it cannot be read. */
  readonly written: SignedReport["report"] | null
  /** Null unless its signature is valid. */
  readonly report: JudgedReport | null
}

export function judgeReportPart(judging: Judging, submission: EvidenceSubmission): JudgedReportPart {
  const files = filesOf(judging.opened, submission)
  const [cda, pdf, signature] = (["cda", "pdf", "signature"] as const).map((role) => onlyOf(files, role))
  if (!cda || !pdf || !signature) {
    const tests = [fail("documents", "text, sheet and signature are not all there, each once")]
    return { part: part("report", submission.submissionSetUniqueId, tests), written: null, report: null }
  }
  const newest = laterSignatures(judging.opened).findLast((each) =>
    isSameIfReadable(each.octets, signature.octets),
  )
  const claimed = { documents: [digested(cda), digested(pdf)], submissionSetUniqueId: null }
  const verification = verified(judging, newest ?? signature, claimed)
  const { written, test } = readText(cda)
  const tests = [
    ...verification.verdict.tests,
    test,
    ...(written === null ? [] : signedBy(verification, written)),
  ]
  const verdict = { ...verification.verdict, tests, outcome: outcomeOf(tests) }
  const judged = part("report", cda.uniqueId, tests, verdict)
  const report =
    written === null || judged.outcome !== "valid"
      ? null
      : { content: written.report, cda: cda.octets, pdf: pdf.octets, verdict }
  return { part: judged, written: written?.report ?? null, report }
}

/** By a person, unless it says itself that it is none's, and nothing about its signer is a person's. */
function verified(judging: Judging, { octets, role }: PresentFile, claimed: ClaimedContent): Verification {
  const maxEvidence = role === "long-term" ? MAX_KEPT_EVIDENCE : undefined
  const judgedBy = (of: "hpki" | "seal"): Verification =>
    withoutAnchors(
      verifySignature(octets, claimed, signatureTrust(judging.trust, judging.opened, of), judging.now, {
        maxEvidence,
      }),
      judging.trust,
      of,
    )
  const ofPerson = judgedBy("hpki")
  return isSealed(ofPerson) ? judgedBy("seal") : ofPerson
}

/**
 * A seal signs as who received and passed on. What a signature says of itself makes it no weaker: a physician who signs as a reviewer is
 * judged as a physician, and must be the author.
 */
function isSealed({ commitments, verdict: { role, tests } }: Verification): boolean {
  const isPersons = role !== "" || tests.some(({ name, outcome }) => name === "path" && outcome === "pass")
  const claims = (purpose: keyof typeof COMMITMENT): boolean =>
    commitments.includes(COMMITMENT[purpose].identifier)
  return !isPersons && claims("review") && !claims("author")
}

/** What two facilities have agreed upon nobody here knows: a report that nobody signed in person stays open. */
const signedBy = ({ verdict, signer }: Verification, written: SignedReport): readonly VerdictTest[] =>
  verdict.kind === "seal"
    ? [
        authorAnswers(written),
        unknown(
          "sealed-agreed",
          "a facility has sealed it and nobody signed in person: only who agreed upon that can accept it",
        ),
      ]
    : [signerIsAuthor(signer, written)]

/** Of whatever report, oldest first: those that came in their place, then what the maker of the package keeps. */
export const laterSignatures = (opened: OpenedPackage): readonly PresentFile[] => [
  ...opened.index.submissions
    .filter(({ kind }) => kind === "stamp")
    .flatMap((stamp) => withRole(filesOf(opened, stamp), "signature")),
  ...withRole(opened.present, "long-term"),
]

/** Test `same-signature`, where there is any: each is the signature of a report of the package, and no other. */
export function checkLaterSignatures({ opened }: Judging): readonly VerdictTest[] {
  const later = laterSignatures(opened)
  const first = opened.index.submissions
    .filter(({ kind }) => kind === "report")
    .flatMap((report) => withRole(filesOf(opened, report), "signature"))
  const strange = later.filter(({ octets }) => !first.some((each) => isSameIfReadable(octets, each.octets)))
  if (later.length === 0) return []
  return [
    strange.length === 0
      ? pass("same-signature", `${later.length} documents`)
      : fail("same-signature", `no signature of a report: ${strange.map(({ path }) => path).join(", ")}`),
  ]
}

/** Null also where there are two: which of them is meant nobody can say. */
export function onlyOf(files: readonly PresentFile[], role: FileRole): PresentFile | null {
  const [file = null, ...more] = files.filter((each) => each.role === role)
  return more.length > 0 ? null : file
}

export const digested = ({ uniqueId, sha256, octets }: PresentFile): ClaimedContent["documents"][number] => ({
  uniqueId,
  sha256: Buffer.from(sha256, "hex"),
  octets,
})

function readText({ octets }: PresentFile): {
  readonly written: SignedReport | null
  readonly test: VerdictTest
} {
  try {
    return { written: readSignedReport(octets), test: pass("text") }
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return { written: null, test: fail("text", `${problem.code}: ${problem.message}`) }
  }
}
