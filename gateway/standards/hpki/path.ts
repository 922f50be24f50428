/**
 * Certification path (RFC 5280 §6.1, tests 4 and 10 of our validator): leaf → configured anchor, at a given time.
 *
 * Only anchors from the configuration end a path; certificates that came with a message merely help to find it.
 * Policies are not processed here (RFC 5280's explicit-policy refuses every HPKI test card): profile.ts compares them.
 */
import { type Certificate, sameCertificate, serialText } from "./certificate.ts"
import type { Crl } from "./crl.ts"
import { EXTENSION, type Extension } from "./extensions.ts"
import { sameName } from "./name.ts"
import { issuerFault, keysFit } from "./path-fault.ts"
import { type RevocationRules, checkRevocation } from "./revocation.ts"
import { acceptableKey, signatureChecks } from "./signature-algorithm.ts"
import { type VerdictTest, check, fail, pass } from "./verdict-test.ts"

const MAX_PATH_LENGTH = 6
/**
 * Of one search: what came along as evidence may be some hundred certificates, and each could be called like an authority. It is
 * what is checked that is limited, and not what is at hand: else whoever may add certificates could crowd out the right one.
 */
const MAX_SIGNATURE_CHECKS = 512

export interface PathResult {
  /** Leaf first, anchor last; the leaf alone when no path was found, or when it is an anchor itself. */
  readonly chain: readonly Certificate[]
  /** `path`, then per chain `key-strength`, `validity`, `basic-constraints`, `critical-extensions`, and `revocation` per certificate. */
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
  const helpers = validFirst(intermediates, at)
  const { chain, deadEnd } = findPath(leaf, helpers, validFirst(anchors, at))
  if (chain === null) {
    const why = `${deadEnd.subject.text}: ${issuerFault(deadEnd, [...anchors, ...helpers])}`
    return { chain: [leaf], tests: [fail("path", `no path to a configured anchor: ${why}`)] }
  }
  const anchor = chain.at(-1) ?? leaf
  return {
    chain,
    tests: [
      pass("path", `${chain.length - 1} steps to ${anchor.subject.text}`),
      checkKeys(chain),
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
): { readonly chain: readonly Certificate[] | null; readonly deadEnd: Certificate } {
  const paths: (readonly Certificate[])[] = [[leaf]]
  let unused = helpers
  let deadEnd = leaf
  let checks = 0
  const isIssuer = (candidate: Certificate, last: Certificate): boolean =>
    isCalledSo(candidate, last) && ++checks <= MAX_SIGNATURE_CHECKS && hasSigned(candidate, last)
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const last = path.at(-1) ?? leaf
    if (anchors.some((anchor) => sameCertificate(anchor, last))) return { chain: path, deadEnd }
    const anchor = anchors.find((each) => isCalledSo(each, last) && hasSigned(each, last))
    if (anchor !== undefined) return { chain: [...path, anchor], deadEnd }
    const issuers = path.length < MAX_PATH_LENGTH ? unused.filter((each) => isIssuer(each, last)) : []
    unused = unused.filter((candidate) => !issuers.includes(candidate))
    for (const issuer of issuers) paths.push([...path, issuer])
    deadEnd = last
  }
  return { chain: null, deadEnd }
}

/** A renewed authority keeps name and key: the certificate that was valid then is tried before the others. */
function validFirst(certificates: readonly Certificate[], at: Date): readonly Certificate[] {
  const isValid = ({ notBefore, notAfter }: Certificate) => notBefore <= at && at <= notAfter
  return [...certificates.filter(isValid), ...certificates.filter((certificate) => !isValid(certificate))]
}

const isCalledSo = (issuer: Certificate, certificate: Certificate): boolean =>
  sameName(issuer.subject, certificate.issuer) && keysFit(issuer, certificate)

const hasSigned = (issuer: Certificate, certificate: Certificate): boolean =>
  signatureChecks(certificate.signatureAlgorithm, issuer.spki, certificate.tbs, certificate.signature)

/** Those of the authorities were strong enough to check with; the holder's own is looked at here. */
function checkKeys(chain: readonly Certificate[]): VerdictTest {
  const weak = chain.find(({ spki }) => acceptableKey(spki) === null)
  return check(
    "key-strength",
    weak === undefined,
    `the key of ${weak?.subject.text ?? ""} is too weak or of a kind that is not accepted`,
  )
}

function checkValidity(chain: readonly Certificate[], at: Date): VerdictTest {
  const outside = chain.find(({ notBefore, notAfter }) => at < notBefore || at > notAfter)
  if (outside === undefined) return pass("validity", `at ${at.toISOString()}`)
  const { notBefore, notAfter } = outside
  const term = `${notBefore.toISOString()} to ${notAfter.toISOString()}`
  return fail("validity", `${outside.subject.text}: valid ${term}, not at ${at.toISOString()}`)
}

/**
 * RFC 5280 §6.1.4 (k)–(n): who signs certificates must be allowed to, and not more of them than allowed. An authority's
 * certificate for a new key of its own (self-issued) is no further step.
 */
function checkAuthorities(chain: readonly Certificate[]): VerdictTest {
  let below = 0
  for (const [depth, certificate] of chain.entries()) {
    const fault = depth === 0 ? null : authorityFault(certificate, below)
    if (fault !== null) return fail("basic-constraints", `${certificate.subject.text} ${fault}`)
    if (depth > 0 && !sameName(certificate.issuer, certificate.subject)) below += 1
  }
  return pass("basic-constraints")
}

/** @param below authorities between this one and the holder */
function authorityFault({ isCa, keyUsage, pathLenConstraint }: Certificate, below: number): string | null {
  if (!isCa) return "is no authority (basicConstraints)"
  if (!(keyUsage?.includes("keyCertSign") ?? true)) return "may not sign certificates (keyUsage)"
  if (pathLenConstraint !== null && pathLenConstraint < below)
    return `allows ${pathLenConstraint} authorities below it, not ${below}`
  return null
}

const KNOWN_EXTENSIONS: readonly string[] = [
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extKeyUsage,
  EXTENSION.certificatePolicies,
  EXTENSION.subjectAltName,
]

/** Name constraints are not processed, so an authority under them is refused even where it forgot to call them critical. */
function checkCriticalExtensions(chain: readonly Certificate[]): VerdictTest {
  const isForeign = ({ critical, id }: Extension): boolean =>
    (critical && !KNOWN_EXTENSIONS.includes(id)) || id === EXTENSION.nameConstraints
  for (const certificate of chain) {
    const foreign = certificate.extensions.find(isForeign)
    if (foreign !== undefined)
      return fail(
        "critical-extensions",
        `${certificate.subject.text} (${serialText(certificate)}) has one that is not understood: ${foreign.id}`,
      )
  }
  return pass("critical-extensions")
}
