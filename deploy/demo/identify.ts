/** Which patient and study a folder of DICOM files is about; sent as it is. */
import { readFileSync } from "node:fs"
import { studyHeader } from "../../gateway/journey/header.ts"
import type { DemoStudy } from "./study.ts"

export function identify(files: readonly string[]): DemoStudy {
  for (const file of files) {
    const bytes = readFileSync(file)
    if (bytes.toString("latin1", 128, 132) !== "DICM") continue
    const { StudyInstanceUID, patient } = studyHeader(bytes)
    return { files, PatientID: patient.PatientID, StudyInstanceUID }
  }
  throw new Error("no DICOM file in this folder")
}
