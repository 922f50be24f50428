/** Is another archive time stamp due? (ETSI EN 319 142-1 annex B.3 says when; the reasons are those of our long-term copy.) */
import { lastYearOf } from "../algorithms/strength.ts"
import type { Certificate } from "../hpki/certificate.ts"
import { listedAsRevoked } from "../hpki/revocation.ts"
import { acceptableKey } from "../hpki/signature-algorithm.ts"
import type { TokenCheck } from "../tsp/verify-token.ts"
import type { Gathered, PathEvidence } from "./gather.ts"
import type { SignatureDocument } from "./signature-document.ts"
import type { SignatureTrust } from "./trust.ts"

/**
 * authority-ends: the certificate of the newest time stamp's authority ends within a year · algorithm-ends: so does, within
 * three months, the time a key that signed may be used · signer-ended: the signer's certificate ended or was revoked, and
 * nothing was stamped since.
 */
export type RenewalReason = "authority-ends" | "algorithm-ends" | "signer-ended"

const DAY_MS = 86_400_000
const AUTHORITY_ENDS_MS = 365 * DAY_MS
const ALGORITHM_ENDS_MS = 90 * DAY_MS
const STRONG_RSA_BITS = 3072
const STRENGTHS: Readonly<Record<string, number>> = { prime256v1: 128, secp384r1: 192, secp521r1: 256 }

/** All of them: a stamp that is of no use for one may be for another. None while nothing is due, or there is no time stamp to renew. */
export function renewalReasons(
  { archiveStamps }: SignatureDocument,
  { leaf, stamps, signer }: Gathered,
  trust: SignatureTrust,
  now: Date,
): readonly RenewalReason[] {
  const newest = newestOf(stamps)
  const [authority] = newest?.chain ?? []
  const stampedAt = newest?.genTime ?? null
  if (stampedAt === null || authority === undefined) return []
  const ended = endOf(leaf, signer, trust, now)
  const reasons: Readonly<Record<RenewalReason, boolean>> = {
    "authority-ends": authority.notAfter.getTime() - now.getTime() < AUTHORITY_ENDS_MS,
    "algorithm-ends": isTurned(authority, now) || (isTurned(leaf, now) && !isTurned(leaf, stampedAt)),
    "signer-ended": ended <= now && (archiveStamps.length === 0 || stampedAt < ended),
  }
  return REASONS.filter((reason) => reasons[reason])
}

const REASONS = ["authority-ends", "algorithm-ends", "signer-ended"] as const

/** Does a stamp more help against one of them? One by an authority that ends no later, or whose own key is at its end, does not. */
export function isOfUse(
  reasons: readonly RenewalReason[],
  before: Gathered,
  after: Gathered,
  now: Date,
): boolean {
  const [was, is] = [authorityOf(before), authorityOf(after)]
  if (is === null) return false
  const helps: Readonly<Record<RenewalReason, boolean>> = {
    "authority-ends": was === null || is.notAfter > was.notAfter,
    "algorithm-ends": !isTurned(is, now),
    "signer-ended": true,
  }
  return reasons.some((reason) => helps[reason])
}

const authorityOf = ({ stamps }: Gathered): Certificate | null => newestOf(stamps)?.chain[0] ?? null

/** By its own term, or by what a list or an answer says of it. */
function endOf(
  leaf: Certificate,
  { certificates, ocsp }: PathEvidence,
  { crls }: SignatureTrust,
  now: Date,
): Date {
  const [issuer = leaf] = certificates
  const answers = ocsp.flatMap((response) => response.answers)
  const answered = answers.find(({ certId }) => Buffer.compare(certId.serial, leaf.serial) === 0)
  const revoked = listedAsRevoked(leaf, issuer, crls, now) ?? answered?.revoked ?? null
  return revoked !== null && revoked.revocationDate < leaf.notAfter ? revoked.revocationDate : leaf.notAfter
}

/** By the time it tells; of two of one moment the one that stands last in the document. */
function newestOf(stamps: readonly TokenCheck[]): TokenCheck | null {
  const timed = stamps.toReversed().filter(({ genTime }) => genTime !== null)
  return timed.toSorted((a, b) => (b.genTime?.getTime() ?? 0) - (a.genTime?.getTime() ?? 0))[0] ?? null
}

/** Is what this key signed to be stamped anew by then? Never while no end is set for its strength. */
function isTurned({ spki }: Certificate, at: Date): boolean {
  const { modulusLength = 0, namedCurve = "" } = acceptableKey(spki)?.asymmetricKeyDetails ?? {}
  const rsaBits = modulusLength >= STRONG_RSA_BITS ? 128 : 112
  const lastYear = lastYearOf(STRENGTHS[namedCurve] ?? rsaBits)
  return lastYear !== null && at.getTime() >= Date.UTC(lastYear + 1, 0, 1) - ALGORITHM_ENDS_MS
}
