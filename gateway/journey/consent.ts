/**
 * Consent: where an agreement has privacy policies, no image leaves before the patient has acknowledged one of them and a
 * person has made sure (IHE BPPC).
 */
import { audit } from "./audit.ts"
import { DeskError } from "./errors.ts"
import { uuidOid } from "./ids.ts"
import { agreementOf } from "./keep.ts"
import type { Person } from "./ports/person.ts"
import { principalOf } from "./principal.ts"
import type { Change } from "./records/ledger.ts"
import type { Consent, RequestRecord } from "./records/request.ts"
import type { World } from "./world.ts"

/** One is wanted, and none to a policy that is agreed now is on record. */
export function lacksConsent(world: Pick<World, "agreements">, request: RequestRecord): boolean {
  const policies = agreementOf(world, request.agreement)?.consentPolicies ?? []
  return policies.length > 0 && !policies.some(({ policy }) => policy === request.private.consent?.policy)
}

/**
 * The request with what the patient has acknowledged, and the rows that keep and audit it.
 *
 * @param policy null = nothing is said: as it was
 * @throws DeskError ERR_INPUT for a policy that is not the agreement's
 */
export function withConsent(
  world: World,
  person: Person,
  request: RequestRecord,
  policy: string | null,
): { readonly request: RequestRecord; readonly changes: readonly Change[] } {
  if (policy === null) return { request, changes: [] }
  const policies = agreementOf(world, request.agreement)?.consentPolicies ?? []
  const agreed = policies.find((each) => each.policy === policy)
  if (agreed === undefined) throw new DeskError("ERR_INPUT", "consent: no policy of this agreement")
  const now = world.clock.now()
  const { account, name } = principalOf(person, now)
  const consent: Consent = {
    ...agreed,
    id: uuidOid(world.chance),
    at: now.toISOString(),
    by: { account, name },
  }
  const recorded = { ...request, private: { ...request.private, consent } }
  return {
    request: recorded,
    changes: [{ put: "request", record: recorded }, recordedAudit(recorded, consent)],
  }
}

const recordedAudit = (request: RequestRecord, { at, by, policy }: Consent): Change =>
  audit(`consent-recorded/${request.id}/${at}`, {
    event: "consent-recorded",
    outcome: "success",
    at,
    user: by.account,
    userName: by.name,
    PatientID: request.private.patient.PatientID,
    objectId: `urn:oid:${request.id}`,
    description: `policy ${policy}`,
  })
