/**
 * Is a study that came in of one patient, one study and one request, and nothing its manifest does not name? Whether all it
 * names is here depends on what came before: `manifest-in-force.ts`.
 */
import type { ReadManifest } from "../../standards/dicom/kos.ts"
import type { ReadingRequest } from "../../standards/request/request-content.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { ContentError } from "../errors.ts"
import { plain, referenced } from "../metadata.ts"
import type { StudyRecord } from "../records/study.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { patientDomainOf, patientIdOf, sameSubject } from "../same-subject.ts"

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
  /** Of the units it names: made before the manifest was, they may hold what it no longer names. */
  readonly inUnits?: readonly ImageIdentity[]
}

/**
 * Metadata, request document, manifest and every image against each other and against the study they land in.
 *
 * @param submissions the one that is looked at, and its units
 * @throws ContentError ERR_OTHER_SUBJECT; ERR_DOCUMENTS when an image came that the manifest does not name
 */
export function checkStudySubject(
  submissions: readonly SubmissionRecord[],
  agreement: Agreement,
  study: StudyRecord,
  { asked, manifest, images, inUnits = [] }: StudyContent,
): void {
  const entries = submissions.flatMap((each) => each.private.submission?.documentEntries ?? [])
  const all = [...images, ...inUnits]
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
    "request id": submissions.every(({ requestId }) => asked.requestId === requestId),
    PatientID: isPatient(asked.patient.PatientID),
    "patient id domain": asked.patient.idRoot === agreement.patientIdDomain,
    StudyInstanceUID: asked.studies.some((each) => each.role === "target" && isStudy(each.StudyInstanceUID)),
  })
  const target = asked.studies.find((each) => isStudy(each.StudyInstanceUID))
  sameSubject("references", {
    order: isReferred(entries, REFERENCE_TYPE.order, asked.requestNumber),
    accession: isReferred(entries, REFERENCE_TYPE.accession, target?.AccessionNumber ?? ""),
  })
  sameSubject("manifest", {
    PatientID: isOnImages(manifest.shared.PatientID),
    StudyInstanceUID: manifest.studies.every((each) => isStudy(each.StudyInstanceUID)),
  })
  sameSubject("images", {
    PatientID: all.every((each) => isOnImages(each.PatientID)),
    StudyInstanceUID: all.every((each) => isStudy(each.StudyInstanceUID)),
  })
  const named = namedBy(manifest)
  const unnamed = images.filter((each) => !named.has(uidOf(each))).length
  if (unnamed > 0)
    throw new ContentError("ERR_DOCUMENTS", `${unnamed} images came that the manifest does not name`)
}

/** What the metadata name beside the request is what the request names; nothing need be named. */
const isReferred = (entries: readonly DocumentEntry[], type: ReferenceType, id: string): boolean =>
  entries.every((entry) => referenced(entry, type).every((each) => each === plain(id)))

/** Every SOP Instance UID the manifest names. */
export const namedBy = ({ studies }: ReadManifest): ReadonlySet<string> =>
  new Set(studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances.map(uidOf))))

const uidOf = ({ SOPInstanceUID }: { readonly SOPInstanceUID: string }): string => SOPInstanceUID
