/** Is a name as staff entered it one of the names the images carry? Compared for a warning, never for merging. */
import type { PatientView } from "../views/study.ts"

/** Width, case, spaces and DICOM's carets say nothing of who it is. */
export const bare = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/[\s^・]/g, "")
    .toLowerCase()

/** False also when nothing was entered: then no name speaks for it. */
export function isSameName(entered: string, patient: PatientView): boolean {
  const name = bare(entered)
  return name !== "" && [patient.ideographic, patient.phonetic, patient.alphabetic].map(bare).includes(name)
}
