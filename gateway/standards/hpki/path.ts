/**
 * Certification path (RFC 5280 §6.1, steps 4 and 10 of our validator): leaf → configured anchor, at a given time.
 *
 * Only anchors from the configuration end a path; certificates that came with a message merely help to find it.
 * Policies are not processed here (RFC 5280's explicit-policy refuses every HPKI test card): profile.ts compares them.
 */
import { type Certificate, sameCertificate, serialText } from "./certificate.ts"
import type { Crl } from "./crl.ts"
import { EXTENSION } from "./extensions.ts"
import { sameName } from "./name.ts"
import { type RevocationRules, checkRevocation } from "./revocation.ts"
import { signatureChecks } from "./signature-algorithm.ts"
import { type VerdictTest, check, fail, pass } from "./verdict-test.ts"

const MAX_PATH_LENGTH = 6
const MAX_INTERMEDIATES = 32

export interface PathResult {
  /** Leaf first, anchor last; the leaf alone when no path was found. */
  readonly chain: readonly Certificate[]
  /** `path`, then per chain `validity`, `basic-constraints`, `critical-extensions`, and `revocation` per certificate. */
  readonly tests: readonly VerdictTest[]
}

/**
 * @param intermediates those that do not fit are passed over
 * @param anchors trusted by configuration, not by content
 * @param at validation time: genTime of the time stamp, or now
 */
export function validatePath(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
  at: Date,
  crls: readonly Crl[],
  rules: RevocationRules,
): PathResult {
  const helpers = validFirst(intermediates.slice(0, MAX_INTERMEDIATES), at)
  const chain = findPath(leaf, helpers, validFirst(anchors, at))
  if (chain === null) {
    const detail = `${leaf.subject.text}: no path from ${leaf.issuer.text} to a configured anchor`
    return { chain: [leaf], tests: [fail("path", detail)] }
  }
  const anchor = chain.at(-1) ?? leaf
  return {
    chain,
    tests: [
      pass("path", `${chain.length - 1} steps to ${anchor.subject.text}`),
      checkValidity(chain, at),
      checkAuthorities(chain),
      checkCriticalExtensions(chain),
      ...chain
        .slice(0, -1)
        .flatMap((certificate, i) => checkRevocation(certificate, chain[i + 1] ?? anchor, crls, at, rules)),
    ],
  }
}

/**
 * Breadth first, each helper at most once: a message full of look-alikes costs some hundred signature checks and no more.
 * A step needs equal names, fitting key identifiers and a signature that checks.
 */
function findPath(
  leaf: Certificate,
  helpers: readonly Certificate[],
  anchors: readonly Certificate[],
): readonly Certificate[] | null {
  const paths: (readonly Certificate[])[] = [[leaf]]
  let unused = helpers
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const last = path.at(-1) ?? leaf
    if (anchors.some((anchor) => sameCertificate(anchor, last))) return path
    const anchor = anchors.find((candidate) => issued(candidate, last))
    if (anchor !== undefined) return [...path, anchor]
    const issuers = path.length < MAX_PATH_LENGTH ? unused.filter((candidate) => issued(candidate, last)) : []
    unused = unused.filter((candidate) => !issuers.includes(candidate))
    for (const issuer of issuers) paths.push([...path, issuer])
  }
  return null
}

/** A renewed authority keeps name and key: the certificate that was valid then is tried before the others. */
function validFirst(certificates: readonly Certificate[], at: Date): readonly Certificate[] {
  const isValid = ({ notBefore, notAfter }: Certificate) => notBefore <= at && at <= notAfter
  return [...certificates.filter(isValid), ...certificates.filter((certificate) => !isValid(certificate))]
}

function issued(issuer: Certificate, certificate: Certificate): boolean {
  const { authorityKeyIdentifier: wanted } = certificate
  const { subjectKeyIdentifier: has } = issuer
  const keysFit = wanted === null || has === null || Buffer.compare(wanted, has) === 0
  return (
    sameName(issuer.subject, certificate.issuer) &&
    keysFit &&
    signatureChecks(certificate.signatureAlgorithm, issuer.spki, certificate.tbs, certificate.signature)
  )
}

function checkValidity(chain: readonly Certificate[], at: Date): VerdictTest {
  const outside = chain.find(({ notBefore, notAfter }) => at < notBefore || at > notAfter)
  if (outside === undefined) return pass("validity", `at ${at.toISOString()}`)
  const { notBefore, notAfter } = outside
  const term = `${notBefore.toISOString()} to ${notAfter.toISOString()}`
  return fail("validity", `${outside.subject.text}: valid ${term}, not at ${at.toISOString()}`)
}

/** RFC 5280 §6.1.4 (k)–(n): who signs certificates must be allowed to, and not more of them than allowed. */
function checkAuthorities(chain: readonly Certificate[]): VerdictTest {
  const wrong = chain.find(
    ({ isCa, keyUsage, pathLenConstraint }, depth) =>
      depth > 0 &&
      (!isCa ||
        !(keyUsage?.includes("keyCertSign") ?? true) ||
        (pathLenConstraint !== null && pathLenConstraint < depth - 1)),
  )
  return check(
    "basic-constraints",
    wrong === undefined,
    `${wrong?.subject.text ?? ""} may not issue certificates here`,
  )
}

const KNOWN_EXTENSIONS: readonly string[] = [
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extKeyUsage,
  EXTENSION.certificatePolicies,
  EXTENSION.subjectAltName,
]

function checkCriticalExtensions(chain: readonly Certificate[]): VerdictTest {
  const foreign = chain.find(({ extensions }) =>
    extensions.some(({ critical, id }) => critical && !KNOWN_EXTENSIONS.includes(id)),
  )
  const detail = foreign === undefined ? "" : `${foreign.subject.text} (${serialText(foreign)})`
  return check("critical-extensions", foreign === undefined, `${detail} has one that is not understood`)
}
