/** Which patient and study DICOM files are about; they are sent as they are. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { studyHeader } from "../../gateway/journey/header.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import type { DemoStudy } from "./study.ts"

/** PS3.10 7.1: 128 bytes of preamble, then the prefix. */
const PREAMBLE_LENGTH_BYTES = 128
const PREFIX = "DICM"

/** The DICOM files among them, named after the first; null when there is none. A DICOMDIR is none that can be sent. */
export function identify(paths: readonly string[]): DemoStudy | null {
  const files = paths.filter((path) => isDicom(path) && !path.toUpperCase().endsWith("DICOMDIR"))
  const [first] = files
  if (first === undefined) return null
  const { StudyInstanceUID, patient } = studyHeader(readFileSync(first), transferSyntax)
  return { files, PatientID: patient.PatientID, StudyInstanceUID }
}

function isDicom(path: string): boolean {
  const file = openSync(path, "r")
  try {
    const prefix = Buffer.alloc(PREFIX.length)
    readSync(file, prefix, 0, PREFIX.length, PREAMBLE_LENGTH_BYTES)
    return prefix.toString("latin1") === PREFIX
  } finally {
    closeSync(file)
  }
}
