/**
 * May this person sign reports with this certificate, now? Asked before a PIN is tried, at every start and when a
 * reader is enrolled, by the rules the hospital will judge the signature by (signer.ts): what it would refuse is not
 * signed in the first place.
 */
import { isNamed } from "../../standards/cda/signer-is-author.ts"
import { checkPerson } from "../../standards/dsg/signer.ts"
import type { PersonTrust } from "../../standards/dsg/trust.ts"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { validatePath } from "../../standards/hpki/path.ts"
import type { Agreement } from "../agreement.ts"
import type { Person } from "../ports/person.ts"
import { agreedReader } from "../verify/signer.ts"

/**
 * @param chain DER, leaf first
 * @param agreement of the hospital the report is for; null = not one in particular
 * @returns the first test that fails, as `name: detail`; null = the certificate may sign
 */
export function signingFault(
  trust: PersonTrust,
  person: Pick<Person, "name">,
  chain: readonly Uint8Array[],
  agreement: Pick<Agreement, "readers"> | null,
  now: Date,
): string | null {
  const [leaf, ...authorities] = chain.map(readCertificate)
  if (leaf === undefined) return "certificate: there is none"
  if (!isNamed(leaf, person.name)) return "signer-is-author: the certificate is another person's"
  const rules = { now, newerCrl: trust.newerCrl }
  const helpers = [...authorities, ...trust.intermediates]
  const path = validatePath(leaf, helpers, trust.anchors, now, trust.crls, rules)
  const tests = [
    ...path.tests,
    ...checkPerson(path.chain, trust),
    ...(agreement === null ? [] : agreedReader(leaf, agreement)),
  ]
  const failed = tests.find((test) => test.outcome === "fail")
  return failed === undefined ? null : `${failed.name}: ${failed.detail}`
}
