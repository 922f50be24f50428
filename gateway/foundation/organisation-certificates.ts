/**
 * Partners whose agreement wants an HPKI authentication certificate of an organisation: their pinned key is not enough, what
 * it is certified by is judged by HPKI's rules as well, in both directions and at every request.
 *
 * A list that is missing stops nobody, as for every pinned key (docs/adr/0006); whoever is on one is refused.
 */
import { X509Certificate } from "node:crypto"
import { pinOf } from "../actors/secure-node/pins.ts"
import type { RevokedOf } from "../actors/secure-node/revoked.ts"
import type { Config } from "../config/schema.ts"
import type { Clock } from "../journey/ports/time.ts"
import { readableChain, type Certificate } from "../standards/hpki/certificate.ts"
import { validatePath } from "../standards/hpki/path.ts"
import { checkHpkiProfile, type HpkiRules } from "../standards/hpki/profile.ts"
import { certificates, type EvidenceAtHand } from "./trust-store.ts"

export interface OrganisationParts {
  readonly config: Pick<Config, "agreements" | "trust">
  readonly evidence: EvidenceAtHand
  readonly clock: Clock
}

/** What looks at a peer's chain (DER, leaf first) beside `revoked`: null = no partner of ours has to be of HPKI, or this one is. */
export async function organisationFault({ config, evidence, clock }: OrganisationParts): Promise<RevokedOf> {
  const { agreements, trust } = config
  const pins = new Set(
    agreements.flatMap((each) => (each.tlsCertificate === "hpki-organisation" ? each.tlsPins : [])),
  )
  if (pins.size === 0) return () => null
  const anchors = await certificates(trust.hpkiRoots)
  const rules: HpkiRules = {
    use: "organisation-authentication",
    allowTestPolicies: trust.allowTestPolicies,
    roles: [],
    ...(trust.organisationPolicies === undefined ? {} : { policies: trust.organisationPolicies }),
  }
  return (chain) => {
    const [leaf] = chain
    if (leaf === undefined || !pins.has(pinOf(new X509Certificate(leaf)))) return null
    return judged(chain, anchors, rules, evidence, clock.now())
  }
}

/** @returns the first test that fails, in words */
function judged(
  encoded: readonly Uint8Array[],
  anchors: readonly Certificate[],
  rules: HpkiRules,
  evidence: EvidenceAtHand,
  now: Date,
): string | null {
  const [leaf, ...helpers] = readableChain(encoded)
  if (leaf === undefined) return "a certificate that cannot be read"
  const revocation = { now, newerCrl: "preferred", ocsp: evidence.ocsp?.() ?? [] } as const
  const path = validatePath(leaf, helpers, anchors, now, evidence.crls(), revocation)
  evidence.want?.([path.chain])
  const tests = [...path.tests, ...checkHpkiProfile(path.chain, rules)]
  const failed = tests.find(({ outcome }) => outcome === "fail")
  return failed === undefined
    ? null
    : `no HPKI certificate of an organisation: ${failed.name}: ${failed.detail}`
}

/** Both are asked; what is revoked is said first. */
export const both =
  (first: RevokedOf, second: RevokedOf): RevokedOf =>
  (chain) =>
    first(chain) ?? second(chain)
