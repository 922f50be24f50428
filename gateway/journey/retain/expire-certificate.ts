/** The term of a deletion certificate ends: then nothing is left of what it told of, but the audit trail. */
import { audit } from "../audit.ts"
import { destroyed } from "./expire-study.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { Outcome } from "../run.ts"
import type { World } from "../world.ts"

export async function expireCertificate(world: World, certificate: CertificateRecord): Promise<Outcome> {
  const end = new Date(certificate.keepUntil)
  if (end > world.clock.now()) return { changes: [], again: { at: end, failureCode: null } }
  const { at } = await destroyed(world, certificate.slotId)
  const { PatientID, StudyInstanceUID } = certificate.private
  return {
    changes: [
      { remove: "certificate", id: certificate.id },
      audit(`deleted/${certificate.id}/certificate`, {
        event: "report-deleted",
        outcome: "success",
        at,
        PatientID: PatientID || null,
        StudyInstanceUID: StudyInstanceUID || null,
        objectId: certificate.id,
        description: "retention of a deletion certificate ended",
      }),
    ],
  }
}
