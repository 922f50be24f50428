/**
 * The reports of a package among each other: one patient, one study, and each number of each document once. That a later
 * correction was left out of a package nobody can tell from the package.
 */
import type { ImagingReport } from "../cda/report-content.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"

/** Tests `one-subject`, `versions` and, where something is added to what is not here, `parent`. */
export function lineage(reports: readonly ImagingReport[]): readonly VerdictTest[] {
  if (reports.length === 0) return [fail("versions", "no report can be read")]
  const subjects = new Set(
    reports.map(({ patient, patientIdRoot, study }) =>
      JSON.stringify([patientIdRoot, patient.PatientID, study.StudyInstanceUID]),
    ),
  )
  const places = new Set(reports.map(({ setId, versionNumber }) => `${versionNumber} ${setId}`))
  return [
    check("one-subject", subjects.size === 1, "reports of several patients or studies are in one package"),
    places.size === reports.length
      ? pass("versions", `${reports.length} documents`)
      : fail("versions", "two documents claim to be the same version"),
    ...parents(reports),
  ]
}

function parents(reports: readonly ImagingReport[]): readonly VerdictTest[] {
  const here = new Set(reports.map(({ documentId }) => documentId))
  const added = reports.flatMap(({ addendum }) => addendum?.appends?.documentId ?? [])
  if (added.length === 0) return []
  return [
    added.every((documentId) => here.has(documentId))
      ? pass("parent")
      : unknown("parent", "what an addendum is added to is not in the package"),
  ]
}

/** Is another document of the package the newer version of this one? */
export const isReplaced = (report: ImagingReport, all: readonly ImagingReport[]): boolean =>
  all.some(({ setId, versionNumber }) => setId === report.setId && versionNumber > report.versionNumber)
