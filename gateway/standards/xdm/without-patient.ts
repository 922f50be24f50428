/**
 * Metadata that anybody may read who finds the medium: where each document lies, how long it is, its hash and what kind of
 * thing it is. Who it is about stands in the encrypted documents.
 *
 * ITI TF-3 table 4.3.1-3 wants the patient of a Portable Media Creator where it is known ("R2"): it is, and is withheld.
 */
import type { Author, DocumentEntry, Submission, SubmissionSet } from "../xds/submission.ts"

export function withoutPatient({ submissionSet, documentEntries }: Submission): Submission {
  return {
    submissionSet: bareSet(submissionSet),
    documentEntries: documentEntries.map(bareEntry),
    // They name documents of earlier submissions, and what was done about them.
    associations: [],
  }
}

const bareSet = (set: SubmissionSet): SubmissionSet => ({
  ...set,
  limitedMetadata: true,
  patientId: null,
  author: institutionOf(set.author),
})

const bareEntry = (entry: DocumentEntry): DocumentEntry => ({
  ...entry,
  limitedMetadata: true,
  title: "",
  author: institutionOf(entry.author),
  legalAuthenticator: null,
  typeCode: null,
  eventCodeList: [],
  serviceStartTime: null,
  serviceStopTime: null,
  patientId: null,
  sourcePatientId: null,
  sourcePatientInfo: [],
  referenceIdList: [],
})

/** The house is told of, nobody in it. */
const institutionOf = (author: Author | null): Author | null =>
  author === null ? null : { authorPerson: "", authorInstitution: author.authorInstitution, authorRole: [] }
