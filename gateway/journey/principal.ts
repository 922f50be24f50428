/**
 * Principal: the person or system that caused something to leave. Kept with it from the act to the last attempt: what is
 * sent at night is still sent in the name of whoever released it by day.
 */
import { readCertificate } from "../standards/hpki/certificate.ts"
import { JAPANESE_CODING_SCHEME } from "../standards/hpki/hc-role.ts"
import { distinguishedName } from "../standards/hpki/name.ts"
import type { Agreement } from "./agreement.ts"
import type { Person } from "./ports/person.ts"
import type { Change } from "./records/ledger.ts"
import type { Principal } from "./records/request.ts"
import type { World } from "./world.ts"

/** Whoever sits at a desk, or a machine with its token. */
export function principalOf(person: Person, now: Date): Principal {
  const isMachine = person.role === "system"
  return {
    account: isMachine ? person.id : person.login,
    name: person.name,
    certificateSubject: null,
    role: null,
    authenticatedBy: isMachine ? "token" : (person.loggedInBy ?? "passkey"),
    authenticatedAt: person.loggedInAt ?? now.toISOString(),
  }
}

/**
 * A reader who has just made a report: by a key of their own, or by a passkey alone where the centre's seal signs, as agreed.
 *
 * @throws KeyError ERR_KEY_MISSING without a certificate of their own
 */
export async function readingPrincipal(
  world: World,
  { login, name }: Pick<Person, "login" | "name">,
  agreement: Pick<Agreement, "reportSignature"> | null,
  signedAt: string,
): Promise<Principal> {
  const isSealed = agreement?.reportSignature === "seal+passkey"
  const holder = isSealed ? { certificateSubject: null, role: null } : await holderOfKey(world, login)
  return {
    account: login,
    name,
    ...holder,
    authenticatedBy: isSealed ? "passkey" : "own-signature",
    authenticatedAt: signedAt,
  }
}

async function holderOfKey(
  { personKeys }: Pick<World, "personKeys">,
  login: string,
): Promise<Pick<Principal, "certificateSubject" | "role">> {
  const [leaf] = await personKeys.chain(login)
  if (leaf === undefined) return { certificateSubject: null, role: null }
  const { subject, hcRoles } = readCertificate(leaf)
  const role = hcRoles.find(({ codingScheme }) => codingScheme === JAPANESE_CODING_SCHEME)
  return { certificateSubject: distinguishedName(subject), role: role?.text ?? null }
}

/** Whatever these changes plan to send is sent in this name. */
export const inNameOf = (principal: Principal, changes: readonly Change[]): Change[] =>
  changes.map((change) =>
    "put" in change && change.put === "submission" && change.record.state === "planned"
      ? { ...change, record: { ...change.record, private: { ...change.record.private, principal } } }
      : change,
  )
