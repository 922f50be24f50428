/** Is another archive time stamp due? (ETSI EN 319 142-1 annex B.3 says when; the reasons are those of our long-term copy.) */
import { lastYearOf } from "../algorithms/strength.ts"
import type { Certificate } from "../hpki/certificate.ts"
import { listedAsRevoked } from "../hpki/revocation.ts"
import { acceptableKey } from "../hpki/signature-algorithm.ts"
import type { TokenCheck } from "../tsp/verify-token.ts"
import type { Gathered } from "./gather.ts"
import type { SignatureDocument } from "./signature-document.ts"
import type { SignatureTrust } from "./trust.ts"

/**
 * authority-ends: the certificate of the newest time stamp's authority ends within a year · algorithm-ends: so does the time
 * a key that signed may be used · signer-ended: the signer's certificate ended or was revoked, and nothing was stamped since.
 */
export type RenewalReason = "authority-ends" | "algorithm-ends" | "signer-ended"

const DAY_MS = 86_400_000
const AUTHORITY_ENDS_MS = 365 * DAY_MS
const ALGORITHM_ENDS_MS = 90 * DAY_MS
const STRONG_RSA_BITS = 3072
const STRENGTHS: Readonly<Record<string, number>> = { prime256v1: 128, secp384r1: 192, secp521r1: 256 }

/** Null while nothing is due, or there is no time stamp to renew. */
export function renewalReason(
  { archiveStamps }: SignatureDocument,
  { leaf, stamps, signer }: Gathered,
  trust: SignatureTrust,
  now: Date,
): RenewalReason | null {
  const newest = newestOf(stamps)
  const [authority] = newest?.chain ?? []
  if (newest === null || authority === undefined) return null
  if (authority.notAfter.getTime() - now.getTime() < AUTHORITY_ENDS_MS) return "authority-ends"
  const turns = [leaf, authority].flatMap((each) => algorithmTurn(each) ?? [])
  if (turns.some((turn) => turn <= now && (newest.genTime ?? now) < turn)) return "algorithm-ends"
  const [issuer = leaf] = signer.certificates
  const hasEnded = leaf.notAfter <= now || listedAsRevoked(leaf, issuer, trust.crls, now) !== null
  return hasEnded && archiveStamps.length === 0 ? "signer-ended" : null
}

/** The last one whose time is told. */
export function newestOf(stamps: readonly TokenCheck[]): TokenCheck | null {
  const timed = stamps.filter(({ genTime }) => genTime !== null)
  return timed.toSorted((a, b) => (b.genTime?.getTime() ?? 0) - (a.genTime?.getTime() ?? 0))[0] ?? null
}

/** From then on what this key signed is to be stamped anew; null while no end is set for its strength. */
function algorithmTurn({ spki }: Certificate): Date | null {
  const { modulusLength = 0, namedCurve = "" } = acceptableKey(spki)?.asymmetricKeyDetails ?? {}
  const rsaBits = modulusLength >= STRONG_RSA_BITS ? 128 : 112
  const lastYear = lastYearOf(STRENGTHS[namedCurve] ?? rsaBits)
  return lastYear === null ? null : new Date(Date.UTC(lastYear + 1, 0, 1) - ALGORITHM_ENDS_MS)
}
