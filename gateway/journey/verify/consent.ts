/** Is a consent that came about this patient, to an agreed policy, and in force? Its metadata were judged at the door. */
import { readConsent } from "../../standards/cda/consent.ts"
import type { Agreement } from "../agreement.ts"
import { ContentError } from "../errors.ts"
import { readWhole } from "../read-whole.ts"
import type { DocumentRecord } from "../records/submission.ts"
import { sameSubject } from "../same-subject.ts"
import type { World } from "../world.ts"

/** @throws ContentError ERR_OTHER_SUBJECT, ERR_DOCUMENTS; Malformed */
export async function checkConsentDocument(
  world: World,
  documents: readonly DocumentRecord[],
  { consentPolicies }: Agreement,
  patient: { readonly isNumber: (PatientID: string) => boolean; readonly idRoot: string },
): Promise<void> {
  const document = documents.find(({ role }) => role === "consent")
  // Where one is wanted, the door has seen that it is there.
  if (document === undefined || consentPolicies.length === 0) return
  const consent = readConsent(await readWhole(world.spool, document.place))
  sameSubject("consent", {
    PatientID: patient.isNumber(consent.PatientID),
    "patient id domain": consent.patientIdRoot === patient.idRoot,
  })
  const now = world.clock.now()
  const agreed = consent.acknowledged.filter(({ policy }) =>
    consentPolicies.some((each) => each.policy === policy),
  )
  if (!agreed.some(({ until }) => until === null || new Date(until) > now))
    throw new ContentError("ERR_DOCUMENTS", "the consent acknowledges no agreed policy, or is over")
}
