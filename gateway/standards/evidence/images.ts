/**
 * Which images a report is about: the manifest, sealed by the hospital that sent them, names each; of a study that left in
 * units a Detached signature binds manifest and seals of the units, and each of these names its images by digest.
 */
import { type ReadManifest, readManifest } from "../dicom/kos.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import type { Bound } from "./bound.ts"
import { verifySealOver } from "./covered.ts"
import type { EvidenceSubmission } from "./evidence-index.ts"
import { type JudgedPart, type JudgedReport, type Judging, part } from "./judged.ts"
import { filesOf, type PresentFile, withRole } from "./package-files.ts"
import { onlyOf } from "./report.ts"

/** One part for each study submission; one that says so where there is none. */
export function judgeImages(
  judging: Judging & { readonly bound: Bound },
  reports: readonly JudgedReport[],
): readonly JudgedPart[] {
  const studies = judging.opened.index.submissions.filter(({ kind }) => kind === "study")
  if (studies.length === 0)
    return [part("images", "", [unknown("manifest", "no manifest of the images is in the package")])]
  return studies.map((submission) => judgeStudy(judging, submission, reports))
}

function judgeStudy(
  judging: Judging & { readonly bound: Bound },
  submission: EvidenceSubmission,
  reports: readonly JudgedReport[],
): JudgedPart {
  const files = filesOf(judging.opened, submission)
  const manifest = onlyOf(files, "manifest")
  const { submissionSetUniqueId: about } = submission
  if (manifest === null) return part("images", about, [fail("manifest", "is not there, once")])
  const closing = onlyOf(files, "signature")
  if (closing === null) return part("images", about, sameStudy(manifest, reports))
  const units = judging.opened.index.submissions
    .filter(({ kind }) => kind === "unit")
    .flatMap((unit) => withRole(filesOf(judging.opened, unit), "set-signature"))
  const { verification, tests } = verifySealOver(judging, closing, [manifest, ...units], null)
  return part("images", about, [...tests, ...sameStudy(manifest, reports)], verification.verdict)
}

function sameStudy(file: PresentFile, reports: readonly JudgedReport[]): readonly VerdictTest[] {
  let manifest: ReadManifest
  try {
    manifest = readManifest(file.octets)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return [fail("manifest", `${problem.code}: ${problem.message}`)]
  }
  const images = manifest.studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances))
  const named = new Set(manifest.studies.map(({ StudyInstanceUID }) => StudyInstanceUID))
  const ofReports = reports.map(({ content }) => content)
  return [
    pass("manifest", `${images.length} images`),
    ofReports.length === 0
      ? unknown("same-study", "no report of the package is valid")
      : check(
          "same-study",
          ofReports.every(({ study }) => named.has(study.StudyInstanceUID)),
          "a report is about another study than the manifest",
        ),
    // A hospital may have ruled that images under another number are of the same patient: the study is what binds.
    ofReports.every(({ patient }) => patient.PatientID === manifest.shared.PatientID)
      ? pass("same-patient")
      : unknown("same-patient", "images and report have different patient numbers: ask the hospital"),
  ]
}
