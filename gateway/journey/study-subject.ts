/** Is a study that came in of one patient, one study and one request, and exactly what its manifest names? */
import type { ReadManifest } from "../standards/dicom/kos.ts"
import type { ReadingRequest } from "../standards/request/request-content.ts"
import type { Agreement } from "./agreement.ts"
import { ContentError } from "./errors.ts"
import { plain } from "./metadata.ts"
import type { StudyRecord, SubmissionRecord } from "./records.ts"
import { patientDomainOf, patientIdOf, sameSubject } from "./same-subject.ts"

/** What an image says of itself. */
export interface ImageIdentity {
  readonly PatientID: string
  readonly StudyInstanceUID: string
  readonly SOPInstanceUID: string
}

export interface StudyContent {
  readonly asked: ReadingRequest
  readonly manifest: ReadManifest
  readonly images: readonly ImageIdentity[]
  /** SOP Instance UIDs that earlier submissions of the study have brought. */
  readonly kept: ReadonlySet<string>
}

/**
 * Metadata, request document, manifest and every image against each other and against the study they land in.
 *
 * @throws ContentError ERR_OTHER_SUBJECT; ERR_DOCUMENTS when images and manifest are not the same set
 */
export function checkStudySubject(
  record: SubmissionRecord,
  agreement: Agreement,
  study: StudyRecord,
  { asked, manifest, images, kept }: StudyContent,
): void {
  const entries = record.private.submission?.documentEntries ?? []
  const isPatient = (PatientID: string): boolean =>
    entries.every((entry) => patientIdOf(entry) === plain(PatientID)) && PatientID === asked.patient.PatientID
  /** Under another number, or none, only where the hospital's request says so under its seal. */
  const isOnImages = (PatientID: string): boolean =>
    PatientID === asked.patient.PatientID || asked.patient.onImages.includes(PatientID)
  const isStudy = (uid: string): boolean => uid === study.private.StudyInstanceUID
  sameSubject("metadata", {
    "patient id domain": entries.every((entry) => patientDomainOf(entry) === agreement.patientIdDomain),
  })
  sameSubject("request", {
    "request id": asked.requestId === record.requestId,
    PatientID: isPatient(asked.patient.PatientID),
    "patient id domain": asked.patient.idRoot === agreement.patientIdDomain,
    StudyInstanceUID: asked.studies.some((each) => each.role === "target" && isStudy(each.StudyInstanceUID)),
  })
  sameSubject("manifest", {
    PatientID: isOnImages(manifest.shared.PatientID),
    StudyInstanceUID: manifest.studies.every((each) => isStudy(each.StudyInstanceUID)),
  })
  sameSubject("images", {
    PatientID: images.every((each) => isOnImages(each.PatientID)),
    StudyInstanceUID: images.every((each) => isStudy(each.StudyInstanceUID)),
  })
  checkSet(namedBy(manifest), new Set(images.map(uidOf)), kept)
}

/** Every SOP Instance UID the manifest names. */
export const namedBy = ({ studies }: ReadManifest): ReadonlySet<string> =>
  new Set(studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances.map(uidOf))))

const uidOf = ({ SOPInstanceUID }: { readonly SOPInstanceUID: string }): string => SOPInstanceUID

/** The manifest names every instance of the submission (RAD TF-3 4.68.4.1.2), and no other that was not sent before. */
function checkSet(named: ReadonlySet<string>, came: ReadonlySet<string>, kept: ReadonlySet<string>): void {
  const missing = [...named].filter((uid) => !came.has(uid) && !kept.has(uid)).length
  const unnamed = [...came].filter((uid) => !named.has(uid)).length
  if (missing + unnamed > 0)
    throw new ContentError(
      "ERR_DOCUMENTS",
      `of the manifest's images ${missing} did not come; ${unnamed} came that it does not name`,
    )
}
