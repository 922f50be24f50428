/**
 * Login by a card: who holds the HPKI authentication certificate that a TLS client has just proved to hold?
 *
 * The tests are those of a signature (hpki.md), with the policy of persons' authentication, at this moment. Where a signature
 * may wait for evidence, a door stays shut: what is not decided is refused. Last comes the account: one that somebody else has
 * confirmed the certificate for, and whose role the card's qualification bears out.
 */
import { isNamed } from "../../standards/cda/signer-is-author.ts"
import type { HpkiTrust } from "../../standards/dsg/trust.ts"
import { readableChain, serialText, type Certificate } from "../../standards/hpki/certificate.ts"
import { validatePath } from "../../standards/hpki/path.ts"
import { checkHpkiProfile } from "../../standards/hpki/profile.ts"
import type { VerdictTest } from "../../standards/hpki/verdict-test.ts"
import type { Bindings, CardRefusal, CardVerdict } from "../ports/bindings.ts"
import type { Person } from "../ports/person.ts"
import { fingerprintOf } from "./certificate-facts.ts"

export interface CardParts {
  /** Rules of persons' authentication, without roles. */
  readonly trust: HpkiTrust
  readonly bindings: Pick<Bindings, "holder" | "saw">
  readonly persons: readonly Person[]
  readonly now: Date
  /** Evidence of this path is needed, now and whenever somebody comes with it. */
  readonly want: (chain: readonly Certificate[]) => void
}

/** Qualifications one of which the card must state; a role that is not here asks for none. */
const ROLES: Partial<Record<Person["role"], readonly string[]>> = {
  radiologist: ["Medical Doctor", "Dentist"],
}

/** What a failed test is to the person; everything else is a certificate that does not count here. */
const REFUSALS: Readonly<Record<string, CardRefusal>> = {
  validity: "ended",
  policy: "other-use",
  "key-usage": "other-use",
  "extended-key-usage": "other-use",
  "hc-role": "role",
}

/** Anybody may come to the door, with names of their own making: of each a row in the audit trail, and no page. */
const MOST_DETAIL_CHARACTERS = 300

const refused = (refusal: CardRefusal, detail: string): CardVerdict => ({
  person: null,
  refusal,
  detail: detail.slice(0, MOST_DETAIL_CHARACTERS),
})

/** @param encoded DER, leaf first, as the client showed them; [] = it showed none */
export async function cardHolder(encoded: readonly Uint8Array[], parts: CardParts): Promise<CardVerdict> {
  const [leaf, ...helpers] = readableChain(encoded)
  if (encoded.length === 0) return refused("none", "no certificate was shown")
  if (leaf === undefined) return refused("unknown", "a certificate that cannot be read")
  const { chain, tests } = pathOf(leaf, helpers, parts)
  parts.want(chain)
  const failed = tests.find(({ outcome }) => outcome !== "pass")
  if (failed !== undefined) return refused(refusalOf(failed), `${failed.name}: ${failed.detail}`)
  const fingerprint = fingerprintOf(leaf.encoded)
  const person = await parts.bindings.holder(fingerprint, "login")
  if (person === null) return unconfirmed(leaf, fingerprint, parts)
  const role = roleTest(chain, person, parts)
  if (role?.outcome === "fail") return refused("role", `${role.name}: ${role.detail}`)
  const detail = `${fingerprint} (${serialText(leaf)}, ${leaf.issuer.text})`
  return { person, refusal: null, detail, fingerprint }
}

function pathOf(leaf: Certificate, helpers: readonly Certificate[], { trust, now }: CardParts) {
  const rules = { now, newerCrl: "preferred", ocsp: trust.ocsp ?? [] } as const
  const known = [...helpers, ...trust.intermediates]
  const path = validatePath(leaf, known, trust.anchors, now, trust.crls, rules)
  return { chain: path.chain, tests: [...path.tests, ...checkHpkiProfile(path.chain, trust.rules)] }
}

function refusalOf({ name, outcome }: VerdictTest): CardRefusal {
  if (name === "revocation") return outcome === "fail" ? "revoked" : "revocation-unknown"
  return REFUSALS[name] ?? "unknown"
}

/** Whoever of that name has an account here may be its holder: somebody else is asked. */
async function unconfirmed(
  leaf: Certificate,
  fingerprint: string,
  { bindings, persons, now }: CardParts,
): Promise<CardVerdict> {
  const named = persons.filter(({ name }) => isNamed(leaf, name))
  for (const { login } of named) await bindings.saw(login, "login", leaf.encoded, now)
  return refused("unconfirmed", `certificate ${fingerprint} is confirmed for no account`)
}

function roleTest(
  chain: readonly Certificate[],
  { role }: Person,
  { trust }: CardParts,
): VerdictTest | undefined {
  const rules = { ...trust.rules, roles: ROLES[role] ?? [] }
  return checkHpkiProfile(chain, rules).find(({ name }) => name === "hc-role")
}
