/**
 * Whom and what a submission is about: everything in it names the same patient, study and request, or it takes no effect.
 * A seal says who sent it, not that it is about the right patient.
 */
import type { DocumentEntry, Submission } from "../standards/xds/submission.ts"
import { ContentError } from "./errors.ts"

/**
 * @param of which document looks at it, for the log
 * @param held what must be the same, and whether it is
 * @throws ContentError ERR_OTHER_SUBJECT naming what is not
 */
export function sameSubject(of: string, held: Readonly<Record<string, boolean>>): void {
  const broken = Object.keys(held).filter((what) => held[what] === false)
  if (broken.length > 0)
    throw new ContentError("ERR_OTHER_SUBJECT", `${of}: ${broken.join(", ")} not as it was sent for`)
}

/** The patient's id as the metadata say it: CX.1 of sourcePatientId (ITI TF-3 4.2.3.2.22). */
export const patientIdOf = (entry: DocumentEntry | undefined): string =>
  entry?.sourcePatientId?.split("^")[0] ?? ""

/** CX as we write it, of one that may say more: id and domain. */
export function sentAs(patient: string): string {
  const [id = "", , , domain = ""] = patient.split("^")
  return `${id}^^^&${domain.split("&")[1] ?? ""}&ISO`
}

/** Its domain: the OID of CX.4, "" when none is named. */
export const patientDomainOf = (entry: DocumentEntry): string =>
  entry.sourcePatientId?.split("^")[3]?.split("&")[1] ?? ""

/** The patient as a submission names them (CX), for the audit trail: limited metadata may have the source's number alone. */
export const patientCxOf = (submission: Submission | null): string | null =>
  submission?.submissionSet.patientId ?? submission?.documentEntries[0]?.sourcePatientId ?? null
