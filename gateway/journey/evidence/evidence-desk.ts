/** Evidence desk: a package of a reading for whoever may have it; in the audit trail before its first octet leaves. */
import { audit } from "../audit.ts"
import { kept } from "../desk-guards.ts"
import type { RequestRecord } from "../records/request.ts"
import type { World } from "../world.ts"
import type { EvidenceDesk, VerifierPage } from "../ports/evidence.ts"
import { evidencePackage } from "./evidence-package.ts"

export function evidenceDesk(world: World, verifierPage: VerifierPage): EvidenceDesk {
  return {
    take: async ({ user, userName }, what) => {
      const request = kept(await requestNamed(world, what))
      const made = await evidencePackage(world, request, verifierPage)
      const at = world.clock.now().toISOString()
      await world.ledger.commit(
        made.reportIds.map((reportId) =>
          audit(`evidence-exported/${reportId}/${user}/${at}`, {
            event: "evidence-exported",
            outcome: "success",
            at,
            user,
            userName,
            PatientID: request.private.patient.PatientID,
            objectId: reportId,
            description: made.fileName,
          }),
        ),
      )
      return made
    },
  }
}

async function requestNamed({ ledger, agreements }: World, what: string): Promise<RequestRecord | null> {
  const request = await ledger.request(what)
  if (request !== null) return request
  const report = await ledger.report(what)
  if (report !== null) return ledger.request(report.requestId)
  for (const { id } of agreements) {
    const numbered = await ledger.requestByNumber(id, what)
    if (numbered !== null) return numbered
  }
  return null
}
