/** Do images bring the consent that the agreement wants? By their metadata, before a document is read (ITI TF-3 5.1.1). */
import type { Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { roleOf } from "../codes.ts"
import { AcceptanceError } from "../errors.ts"
import { carriesImages } from "../keep.ts"
import type { SubmissionKind } from "../records/submission.ts"

/** Each submission with images is judged by itself: units come in any order, and long before what closes them. Throws AcceptanceError. */
export function checkConsent(
  kind: SubmissionKind,
  { documentEntries }: Submission,
  { consentPolicies, codes }: Agreement,
): void {
  if (!carriesImages(kind) || consentPolicies.length === 0) return
  const acknowledged = documentEntries
    .filter((entry) => roleOf(entry, codes) === "consent")
    .flatMap(({ eventCodeList }) => eventCodeList.map(({ code }) => code))
  if (consentPolicies.some(({ policy }) => acknowledged.includes(policy))) return
  throw new AcceptanceError(
    "ERR_NOT_AGREED",
    "XDSRepositoryError",
    "the agreement wants the patient's consent: no document of format urn:ihe:iti:bppc:2007 names one of its policies in eventCodeList",
  )
}
