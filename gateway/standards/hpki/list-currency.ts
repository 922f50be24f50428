/** Which revocation lists count for the days to come, and which of them nobody has renewed in time. */
import type { Crl } from "./crl.ts"
import { sameName } from "./name.ts"

const MAX_ENDING_MS = 24 * 60 * 60_000

/** Its last quarter, a day at most, and no newer one at hand: people hear of it before verdicts turn indeterminate. */
export function isEnding({ thisUpdate, nextUpdate }: Crl, now: Date): boolean {
  const lastMs = Math.min(MAX_ENDING_MS, (nextUpdate.getTime() - thisUpdate.getTime()) / 4)
  return nextUpdate > now && nextUpdate.getTime() - now.getTime() < lastMs
}

/** Without those in whose place a newer one of the same authority and scope is at hand. */
export const currentLists = (crls: readonly Crl[]): readonly Crl[] =>
  crls.filter((crl) => !crls.some((other) => other.thisUpdate > crl.thisUpdate && hasScopeOf(other, crl)))

const hasScopeOf = (a: Crl, b: Crl): boolean =>
  sameName(a.issuer, b.issuer) &&
  a.covers === b.covers &&
  String(a.distributionPoint) === String(b.distributionPoint)
