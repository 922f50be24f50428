/**
 * What an HPKI certificate must be for its use (HPKI certificate policies §7.1; steps 5 to 7 of our validator).
 *
 * Policy: the leaf asserts exactly one of the accepted policies, and every CA below the anchor a policy of the same usage
 * arc. We differ from RFC 5280 §6.1 on purpose: test cards (…X.0.1) stand under production CAs (…X.3.1).
 */
import type { Certificate } from "./certificate.ts"
import { JAPANESE_CODING_SCHEME } from "./hc-role.ts"
import { japaneseRole } from "./healthcare-roles.ts"
import { type VerdictTest, check, fail, pass, unknown } from "./verdict-test.ts"

/** MHLW's certificate policies: ARC.usage.level.version; level 3 = production, 0 = test. */
export const HPKI_POLICY_ARC = "1.2.392.100495.1.5.1"
export type HpkiUse = "signature" | "person-authentication" | "organisation-authentication"
export const USAGE_ARC: Readonly<Record<HpkiUse, number>> = {
  signature: 1,
  "person-authentication": 2,
  "organisation-authentication": 3,
}
export const productionPolicy = (use: HpkiUse) => `${HPKI_POLICY_ARC}.${USAGE_ARC[use]}.3.1`
export const testPolicy = (use: HpkiUse) => `${HPKI_POLICY_ARC}.${USAGE_ARC[use]}.0.1`

/** Of a certificate made for tests, of whatever use: level 0. @param policy the leaf's own, "" = none */
export const isTestPolicy = (policy: string): boolean =>
  Object.values(USAGE_ARC).some((usage) => policy.startsWith(`${HPKI_POLICY_ARC}.${usage}.0.`))

const isOfMhlw = (policy: string): boolean => policy.startsWith(`${HPKI_POLICY_ARC}.`)

/** id-kp-documentSigning (RFC 9336), anyExtendedKeyUsage, and Adobe's and Microsoft's document signing. */
const SIGNING_EXT_KEY_USAGES = [
  "1.3.6.1.5.5.7.3.36",
  "2.5.29.37.0",
  "1.2.840.113583.1.1.5",
  "1.3.6.1.4.1.311.10.3.12",
]

/** id-kp-clientAuth, anyExtendedKeyUsage, and Microsoft's smart card logon, which cards have beside it. */
const LOGIN_EXT_KEY_USAGES = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.3.6.1.4.1.311.20.2.2"]
/** An organisation calls and is called: also id-kp-serverAuth. */
const EXT_KEY_USAGES: Readonly<Record<HpkiUse, readonly string[]>> = {
  signature: SIGNING_EXT_KEY_USAGES,
  "person-authentication": LOGIN_EXT_KEY_USAGES,
  "organisation-authentication": [...LOGIN_EXT_KEY_USAGES, "1.3.6.1.5.5.7.3.1"],
}

export interface HpkiRules {
  readonly use: HpkiUse
  /** Accepted leaf policies, by default the production policy of the use. */
  readonly policies?: readonly string[]
  /**
   * A policy that is none of MHLW's: `refused`, or `unknown` to whoever cannot know which ones two facilities have agreed upon.
   * Default refused.
   */
  readonly foreignPolicy?: "refused" | "unknown"
  /** Accept …X.0.1 too. Never in production. */
  readonly allowTestPolicies: boolean
  /** At least one of these hcRole texts; empty = any, or none. */
  readonly roles: readonly string[]
  /**
   * Whether a key that signs may log in as well: `refused`, or `told` in the test's detail where authorities are met that issue
   * such certificates. Default refused.
   */
  readonly loginBySigningKey?: "refused" | "told"
}

/** Tests `policy`, `key-usage`, `extended-key-usage` and `hc-role` of a chain as validatePath returns it. */
export function checkHpkiProfile(chain: readonly Certificate[], rules: HpkiRules): readonly VerdictTest[] {
  const [leaf, ...authorities] = chain
  if (leaf === undefined) return [fail("policy", "no certificate")]
  const policies = checkPolicy(leaf, authorities.slice(0, -1), rules)
  return [
    policies,
    checkKeyUsage(leaf, rules),
    checkExtKeyUsage(leaf, rules.use),
    policies.outcome === "unknown"
      ? openRole(checkHcRole(leaf, rules.roles))
      : checkHcRole(leaf, rules.roles),
  ]
}

/** Whoever agreed upon another policy may have agreed to certificates that state no qualification. */
const openRole = (test: VerdictTest): VerdictTest =>
  test.outcome === "fail" ? unknown(test.name, test.detail) : test

function checkPolicy(leaf: Certificate, authorities: readonly Certificate[], rules: HpkiRules): VerdictTest {
  const accepted = [
    ...(rules.policies ?? [productionPolicy(rules.use)]),
    ...(rules.allowTestPolicies ? [testPolicy(rules.use)] : []),
  ]
  const asserted = leaf.certificatePolicies
  const [policy = "none"] = asserted
  if (rules.foreignPolicy === "unknown" && asserted.length === 1 && !isOfMhlw(policy))
    return unknown("policy", `${policy} is none of HPKI's: only who agreed upon it can accept it`)
  if (asserted.length !== 1 || !accepted.includes(policy)) {
    return fail("policy", `${asserted.join(" ") || "none"} is not accepted for ${rules.use}`)
  }
  const arc = `${HPKI_POLICY_ARC}.${USAGE_ARC[rules.use]}.`
  const foreign = authorities.find((ca) => !ca.certificatePolicies.some((one) => one.startsWith(arc)))
  if (foreign !== undefined) return fail("policy", `${foreign.subject.text} asserts no policy of ${arc}*`)
  return pass("policy", policy)
}

/** Signing: nonRepudiation without digitalSignature, so that no key that logs in also signs. */
function checkKeyUsage({ keyUsage, isCa }: Certificate, { use, loginBySigningKey }: HpkiRules): VerdictTest {
  if (isCa) return fail("key-usage", "the certificate is an authority's")
  const has = (usage: "nonRepudiation" | "digitalSignature") => keyUsage?.includes(usage) ?? false
  const does = use === "signature" ? has("nonRepudiation") : has("digitalSignature")
  const doesOther = use === "signature" ? has("digitalSignature") : has("nonRepudiation")
  if (does && doesOther && use === "signature" && loginBySigningKey === "told")
    return pass("key-usage", "warning: the key may log in as well (digitalSignature)")
  return check("key-usage", does && !doesOther, `${keyUsage?.join(" ") ?? "none"} does not fit ${use}`)
}

/** A certificate that names no purpose serves any. */
export function checkExtKeyUsage({ extKeyUsage }: Certificate, use: HpkiUse): VerdictTest {
  const fits = extKeyUsage === null || extKeyUsage.some((oid) => EXT_KEY_USAGES[use].includes(oid))
  return check(
    "extended-key-usage",
    fits,
    `does not permit ${use === "signature" ? "signing" : "logging in"}`,
  )
}

function checkHcRole({ hcRoles }: Certificate, roles: readonly string[]): VerdictTest {
  const held = hcRoles
    .filter(({ codingScheme }) => codingScheme === JAPANESE_CODING_SCHEME)
    .map(({ text }) => text)
  if (roles.length === 0) return pass("hc-role", held.join(", "))
  const fitting = held.filter((text) => roles.includes(text))
  if (fitting.length > 0)
    return pass("hc-role", fitting.map((text) => `${text} (${japaneseRole(text)})`).join(", "))
  return fail("hc-role", `${held.join(", ") || "none"} instead of ${roles.join(" or ")}`)
}
