/**
 * Principal: the person or system that caused something to leave. Kept with it from the act to the last attempt: what is
 * sent at night is still sent in the name of whoever released it by day.
 */
import { readCertificate } from "../standards/hpki/certificate.ts"
import { JAPANESE_CODING_SCHEME } from "../standards/hpki/hc-role.ts"
import { distinguishedName } from "../standards/hpki/name.ts"
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

/** A reader who has just signed with a key of their own. Throws KeyError ERR_KEY_MISSING without a certificate. */
export async function signingPrincipal(
  world: World,
  person: Pick<Person, "login" | "name">,
  signedAt: string,
): Promise<Principal> {
  const [leaf] = await world.personKeys.chain(person.login)
  const certificate = leaf === undefined ? null : readCertificate(leaf)
  const role = certificate?.hcRoles.find(({ codingScheme }) => codingScheme === JAPANESE_CODING_SCHEME)
  return {
    account: person.login,
    name: person.name,
    certificateSubject: certificate === null ? null : distinguishedName(certificate.subject),
    role: role?.text ?? null,
    authenticatedBy: "own-signature",
    authenticatedAt: signedAt,
  }
}

/** A reader who has agreed by passkey, and signed nothing in person. */
export const agreeingPrincipal = (
  { login, name }: Pick<Person, "login" | "name">,
  agreedAt: string,
): Principal => ({
  account: login,
  name,
  certificateSubject: null,
  role: null,
  authenticatedBy: "passkey",
  authenticatedAt: agreedAt,
})

/** Whatever these changes plan to send is sent in this name. */
export const inNameOf = (principal: Principal, changes: readonly Change[]): Change[] =>
  changes.map((change) =>
    "put" in change && change.put === "submission" && change.record.state === "planned"
      ? { ...change, record: { ...change.record, private: { ...change.record.private, principal } } }
      : change,
  )
