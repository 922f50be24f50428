/**
 * Judging an evidence package: its octets, what its reader believes, and a time in; every test of every part out. Pure, and
 * the same in Node and in a browser.
 *
 * Order: the files beside their index, each report (its reader's signature, then the seal it travelled under), which images it
 * is about, and who received it. What a signature covers and is not in the package (images, requests) is named by its signed
 * digest; whoever has it can compare. Nothing the index says is believed: it only tells where to look.
 */
import { Malformed } from "../malformed.ts"
import { type VerdictTest, fail } from "../hpki/verdict-test.ts"
import type { ZipFile } from "../zip/stored-zip.ts"
import { judgeAcknowledgement, judgeReceipt } from "./answers.ts"
import { boundBy } from "./bound.ts"
import { judgeImages } from "./images.ts"
import { type JudgedPart, type JudgedReport, part, wholeOutcome } from "./judged.ts"
import { lineage } from "./lineage.ts"
import { type OpenedPackage, openPackage, withRole } from "./package-files.ts"
import { checkLaterSignatures, judgeReportPart } from "./report.ts"
import { judgeSubmission } from "./submission.ts"
import type { EvidenceTrust } from "./trust.ts"

export interface EvidenceVerdict {
  readonly outcome: JudgedPart["outcome"]
  readonly checkedAt: string
  readonly parts: readonly JudgedPart[]
  /** Those whose own signature is valid: nothing else of a package is to be shown to anybody. */
  readonly reports: readonly JudgedReport[]
  /** Null when there is no index to go by. */
  readonly opened: OpenedPackage | null
}

/**
 * Part by part, so that whoever shows it can show it as it comes; the last value returned is all of it.
 *
 * @param now the present: signatures hold at the time of their time stamps, lists and claims must not be from the future
 */
export function* judgeEvidence(
  files: readonly ZipFile[],
  trust: EvidenceTrust,
  now: Date,
): Generator<JudgedPart, EvidenceVerdict> {
  const parts: JudgedPart[] = []
  let opened: OpenedPackage
  try {
    opened = openPackage(files)
  } catch (problem) {
    const broken = unreadable(problem)
    yield broken
    return { outcome: "invalid", checkedAt: now.toISOString(), parts: [broken], reports: [], opened: null }
  }
  const judging = { opened, trust, now }
  const told = function* (next: JudgedPart): Generator<JudgedPart> {
    parts.push(next)
    yield next
  }
  yield* told(part("package", "", opened.tests))
  const judged = opened.index.submissions
    .filter(({ kind }) => kind === "report")
    .map((submission) => judgeReportPart(judging, submission))
  const reports = judged.flatMap(({ report }) => report ?? [])
  for (const each of judged) yield* told(each.part)
  const among = [...lineage(judged.flatMap(({ written }) => written ?? [])), ...checkLaterSignatures(judging)]
  yield* told(part("lineage", "", among))
  // Before the seals: they say by when one existed that has no time stamp.
  const receipts = withRole(opened.present, "receipt").map((receipt) => judgeReceipt(judging, receipt))
  const sealing = { ...judging, bound: boundBy(opened, receipts) }
  for (const submission of opened.index.submissions) yield* told(judgeSubmission(sealing, submission))
  for (const images of judgeImages(sealing, reports)) yield* told(images)
  for (const receipt of receipts) yield* told(receipt.part)
  for (const each of withRole(opened.present, "acknowledgement"))
    yield* told(judgeAcknowledgement(judging, each, judged))
  return { outcome: wholeOutcome(parts), checkedAt: now.toISOString(), parts, reports, opened }
}

/** To its end, for whoever shows nothing meanwhile. */
export function judgedEvidence(files: readonly ZipFile[], trust: EvidenceTrust, now: Date): EvidenceVerdict {
  const steps = judgeEvidence(files, trust, now)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Nothing of it could be read: it is something else, or not all of it. */
export const isNoPackage = ({ opened, parts }: Pick<EvidenceVerdict, "opened" | "parts">): boolean =>
  opened === null && parts.some(({ tests }) => tests.some(({ name }) => name === "index"))

/**
 * What is no package at all, in the same words; a file that was altered since it was packed is one like any other that was.
 *
 * @throws what is not about the package
 */
export function unreadable(problem: unknown): JudgedPart {
  if (!(problem instanceof Malformed)) throw problem
  if (problem.code === "ZIP_CRC") return part("package", "", [fail("file-digests", problem.message)])
  const test: VerdictTest = fail("index", `${problem.code}: ${problem.message}`)
  return part("package", "", [test])
}
