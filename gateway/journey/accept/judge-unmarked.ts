/**
 * Judge, of a partner whose codes are its own: what a submission is follows from its documents. Images are a study, a PDF
 * without images a report; everything else comes with them.
 */
import type { Submission } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { MIME } from "../codes.ts"
import { AcceptanceError } from "../errors.ts"
import { referenced } from "../metadata.ts"
import { isInClear, isWithoutImages } from "../packaging.ts"
import type { SubmissionKind } from "../records/submission.ts"
import { checkConsent } from "./consent.ts"
import { contentFault } from "./content-fault.ts"
import type { Inbound } from "./inbound.ts"
import { isReplacing } from "./relationships.ts"
import { roleIn } from "./roles.ts"

const notAgreed = (why: string): AcceptanceError =>
  new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryError", why)

/** Study and request are "" where its metadata do not name them. Throws AcceptanceError. */
export function judgeUnmarked(agreement: Agreement, submission: Submission): Omit<Inbound, "onMedium"> {
  checkForm(agreement, submission)
  const kind = kindOf(agreement, submission)
  if (!agreement.accepts.includes(kind)) throw notAgreed(`a ${kind} is outside the agreement`)
  checkConsent(kind, submission, agreement)
  return {
    agreement,
    kind,
    submission,
    StudyInstanceUID: atMostOne(submission, REFERENCE_TYPE.study),
    requestId: atMostOne(submission, REFERENCE_TYPE.workflow),
  }
}

/** One form is pinned per agreement: who may send in clear does not send what nobody here can look into. */
function checkForm(agreement: Agreement, { documentEntries }: Submission): void {
  const isEncrypted = !isInClear(agreement)
  const otherwise = documentEntries.find(({ mimeType }) => (mimeType === MIME.cms) !== isEncrypted)
  if (otherwise !== undefined)
    throw contentFault(
      otherwise.uniqueId,
      `the agreement says ${agreement.packaging.form}, and it is ${otherwise.mimeType}`,
    )
}

function kindOf(agreement: Agreement, submission: Submission): SubmissionKind {
  const { documentEntries, associations } = submission
  const roles = documentEntries.map((entry) => roleIn(agreement, entry, submission))
  const count = (wanted: string): number => roles.filter((role) => role === wanted).length
  if (count("request") > 1) throw notAgreed("more than one reading request")
  if (agreement.packaging.form === "zip" && count("instance") > 0)
    throw notAgreed("the agreement says zip, and images came beside it")
  if (count("zip") > 1) throw notAgreed("a study comes as one ZIP")
  // Whether a manifest is in it is seen when it is unpacked.
  if (count("zip") === 1) return "study"
  if (isWithoutImages(agreement) && count("pdf") === 1 && count("cda") + count("instance") === 0)
    return "report"
  if (count("instance") + count("manifest") === 0) {
    if (count("pdf") <= 1 && count("cda") <= 1 && count("pdf") + count("cda") > 0) return "report"
    throw notAgreed("a report is one PDF, one CDA document, or both")
  }
  if (isWithoutImages(agreement)) throw notAgreed("a report comes as one PDF, with a manifest or without")
  // Key object selections of the study itself look like its manifest: told apart when they can be read.
  const isCorrection = associations.some(({ type }) => isReplacing(type))
  if (count("manifest") === 0) throw notAgreed("a study comes with its manifest, a key object selection")
  if (count("instance") === 0 && !isCorrection)
    throw notAgreed("a study comes with its images: nothing is fetched here")
  return "study"
}

/** The id of this type that entries name; "" when none does. */
function atMostOne({ documentEntries }: Submission, type: ReferenceType): string {
  const [id = "", ...others] = new Set(documentEntries.flatMap((each) => referenced(each, type)))
  if (others.length > 0)
    throw new AcceptanceError(
      "ERR_METADATA",
      "XDSRepositoryMetadataError",
      "referenceIdList names more than one study or workflow instance",
    )
  return id
}
