/**
 * What a person's signing certificate of another authority must be: one for the qualified electronic signature of a law, of
 * whatever profession. It says who somebody is, and never what they are qualified to do: that the reading centre answers for.
 */
import type { Certificate } from "./certificate.ts"
import { checkExtKeyUsage } from "./profile.ts"
import { type VerdictTest, check, fail, pass } from "./verdict-test.ts"

export interface QualifiedRules {
  /** Certificate policies one of which the leaf must assert. */
  readonly policies: readonly string[]
}

/** Tests `policy`, `key-usage`, `extended-key-usage` and, in place of a role, `qualified-agreed` of a chain as validatePath returns it. */
export function checkQualifiedProfile(
  [leaf]: readonly Certificate[],
  { policies }: QualifiedRules,
): readonly VerdictTest[] {
  if (leaf === undefined) return [fail("policy", "no certificate")]
  const { certificatePolicies, keyUsage, isCa } = leaf
  const policy = certificatePolicies.find((each) => policies.includes(each))
  const signs = !isCa && (keyUsage?.includes("nonRepudiation") ?? false)
  return [
    policy === undefined
      ? fail("policy", `${certificatePolicies.join(" ") || "none"} is not agreed for signatures`)
      : pass("policy", policy),
    // Whether the key may log in as well is its authority's affair: cards of the state have it so.
    check("key-usage", signs, `${keyUsage?.join(" ") ?? "none"} does not fit signature`),
    checkExtKeyUsage(leaf, "signature"),
    pass("qualified-agreed", "no qualification is stated"),
  ]
}
