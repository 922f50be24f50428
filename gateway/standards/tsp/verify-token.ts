/**
 * Verifying a time-stamp token (RFC 3161 §2.2, §2.3): evidence, trust and time in, every test out.
 *
 * The authority must end at anchors of its own: a healthcare anchor says nothing about time. Validation time is the token's
 * own genTime.
 */
import { createHash } from "node:crypto"
import { HASHES, OID } from "../cms/oids.ts"
import { readSignedData, verifySigner } from "../cms/signed-data.ts"
import type { Certificate } from "../hpki/certificate.ts"
import type { Crl } from "../hpki/crl.ts"
import { EXTENSION } from "../hpki/extensions.ts"
import type { OcspResponse } from "../hpki/ocsp.ts"
import { type PathResult, validatePath } from "../hpki/path.ts"
import type { RevocationRules } from "../hpki/revocation.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { type TSTInfo, readTSTInfo } from "./tst-info.ts"

const KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
/** How far genTime may lie ahead of our clock besides the token's accuracy. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000

export interface TimeStampTrust {
  readonly anchors: readonly Certificate[]
  /** Certificates of sub-authorities that tokens may leave out. */
  readonly intermediates: readonly Certificate[]
  readonly crls: readonly Crl[]
  /** OCSP responses at hand; absent = none. */
  readonly ocsp?: readonly OcspResponse[]
  /** Accepted TSA policies; empty = any. */
  readonly policies: readonly string[]
}

export interface TokenCheck {
  /** Only to be believed when no test failed. */
  readonly genTime: Date | null
  readonly accuracyMs: number
  readonly tsa: string
  /** Of the authority, leaf first; empty when it could not be told. The leaf alone without a path to an anchor. */
  readonly chain: readonly Certificate[]
  /** INTEGER octets, null when absent; to compare with the request's. */
  readonly nonce: Uint8Array | null
  /** Names begin with `time-stamp-`. */
  readonly tests: readonly VerdictTest[]
}

/**
 * @param token ContentInfo, DER or BER
 * @param stamped the octets that were stamped; hashed with the token's own algorithm (SHA-2)
 */
export function verifyToken(
  token: Uint8Array,
  stamped: Uint8Array,
  trust: TimeStampTrust,
  rules: RevocationRules,
): TokenCheck {
  try {
    return verifyReadable(token, stamped, trust, rules)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    const tests = [fail("time-stamp-structure", `${problem.code}: ${problem.message}`)]
    return { genTime: null, accuracyMs: 0, tsa: "", chain: [], nonce: null, tests }
  }
}

function verifyReadable(
  token: Uint8Array,
  stamped: Uint8Array,
  trust: TimeStampTrust,
  rules: RevocationRules,
): TokenCheck {
  const signed = readSignedData(token)
  if (signed.contentType !== OID.tstInfo)
    throw new Malformed("TST_INFO", "RFC 3161 §2.4.2", "not a time-stamp token")
  const info = readTSTInfo(signed.content)
  const { signer, tests: signerTests } = verifySigner(signed)
  const path = signer === null ? null : pathOf(signer, signed.certificates, info, trust, rules)
  const tests = [
    ...signerTests,
    checkImprint(info, stamped),
    check(
      "policy",
      trust.policies.length === 0 || trust.policies.includes(info.policy),
      `${info.policy} is not accepted`,
    ),
    checkGenTime(info, rules.now),
    ...(signer === null || path === null ? [] : checkAuthority(signer, path, rules)),
  ]
  const { genTime, accuracyMs, nonce } = info
  const named = tests.map((test) => ({ ...test, name: `time-stamp-${test.name}` }))
  return {
    genTime,
    accuracyMs,
    nonce,
    tsa: signer?.subject.text ?? "",
    chain: path?.chain ?? [],
    tests: named,
  }
}

function checkImprint(info: TSTInfo, stamped: Uint8Array): VerdictTest {
  const hash = HASHES[info.imprintAlgorithm]
  if (hash === undefined) return fail("imprint", `digest ${info.imprintAlgorithm} is not accepted`)
  return check(
    "imprint",
    createHash(hash).update(stamped).digest().equals(info.imprint),
    "is of other octets",
  )
}

function checkGenTime({ genTime, accuracyMs }: TSTInfo, now: Date): VerdictTest {
  const aheadMs = genTime.getTime() - now.getTime()
  if (aheadMs > accuracyMs + MAX_CLOCK_SKEW_MS)
    return fail("time", `${genTime.toISOString()} is in the future`)
  return pass("time", genTime.toISOString())
}

const pathOf = (
  signer: Certificate,
  fromToken: readonly Certificate[],
  { genTime }: TSTInfo,
  trust: TimeStampTrust,
  rules: RevocationRules,
): PathResult =>
  validatePath(signer, [...trust.intermediates, ...fromToken], trust.anchors, genTime, trust.crls, {
    ...rules,
    isToken: true,
    ocsp: [...(rules.ocsp ?? []), ...(trust.ocsp ?? [])],
  })

function checkAuthority(
  signer: Certificate,
  path: PathResult,
  { now }: RevocationRules,
): readonly VerdictTest[] {
  return [checkPurpose(signer), checkKeyUsage(signer), ...path.tests, checkInForce(signer, now)]
}

/**
 * A key is guarded no longer than its certificate lasts: later nobody can tell when the token was made, unless another time
 * stamp says that it was there before.
 */
function checkInForce({ notAfter }: Certificate, now: Date): VerdictTest {
  if (now <= notAfter) return pass("in-force", `until ${notAfter.toISOString()}`)
  return unknown(
    "in-force",
    `the authority's certificate ended ${notAfter.toISOString()}, and no archive time stamp is from before`,
  )
}

/** RFC 3161 §2.3: extendedKeyUsage is critical and id-kp-timeStamping stands in it alone. */
function checkPurpose({ extensions, extKeyUsage }: Certificate): VerdictTest {
  const critical = extensions.some(
    (extension) => extension.id === EXTENSION.extKeyUsage && extension.critical,
  )
  const alone = extKeyUsage?.length === 1 && extKeyUsage[0] === KP_TIME_STAMPING
  return check("extended-key-usage", critical && alone, "time stamping is not critical and alone")
}

function checkKeyUsage({ keyUsage }: Certificate): VerdictTest {
  const signs =
    keyUsage === null || keyUsage.includes("digitalSignature") || keyUsage.includes("nonRepudiation")
  return check("key-usage", signs, "does not permit signing")
}
