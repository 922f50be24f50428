/**
 * The patient's consent as the document that travels with the images (IHE BPPC): one of its own in every unit, and in what closes
 * them, so that each is judged when it comes (ADR 0013). All are of one acknowledgement, and name it.
 */
import { writeConsent } from "../../standards/cda/consent.ts"
import type { Agreement } from "../agreement.ts"
import type { RequestRecord } from "../records/request.ts"
import type { StudyRecord } from "../records/study.ts"
import { patientOf } from "../subject.ts"
import { notice } from "../verify/receipt.ts"
import type { World } from "../world.ts"
import type { Content } from "./pack.ts"

/** [] where none is on record. Its policy stands in eventCodeList, in the hospital's own scheme. */
export function consentContents(
  world: World,
  request: RequestRecord,
  study: StudyRecord,
  agreement: Agreement,
): Content[] {
  const { consent } = request.private
  if (consent === undefined) return []
  const { site } = world
  const content = notice(world, "consent", "患者の同意", new Uint8Array(0))
  const bytes = writeConsent({
    documentId: content.uniqueId,
    acknowledgementId: consent.id,
    policy: consent.policy,
    policyDomain: site.oid,
    policyName: consent.name,
    at: consent.at,
    by: consent.by,
    patient: patientOf(request, study.private),
    patientIdRoot: agreement.patientIdDomain,
    hospital: { name: site.name, oid: site.oid },
  })
  const purposes = [{ code: consent.policy, scheme: site.oid, display: consent.name }]
  return [{ ...content, purposes, body: { bytes } }]
}
