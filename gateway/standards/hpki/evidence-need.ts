/**
 * Where a certificate says that evidence about it is to be had (RFC 5280 §4.2.1.13, §4.2.2.1). Only certificates of a path that
 * ends at a configured anchor are asked: an address from the wire that no authority vouches for is never called.
 */
import { createHash } from "node:crypto"
import type { Certificate } from "./certificate.ts"

export interface EvidenceNeed {
  readonly kind: "crl" | "ocsp"
  readonly url: string
  /** Who must have signed it, or appointed who did. */
  readonly issuer: Certificate
  /** Whom a responder is asked about; null for a list. */
  readonly certificate: Certificate | null
}

/** A certificate may name mirrors. */
const MAX_ADDRESSES = 4

/** @param chain leaf first, anchor last, as `validatePath` found it */
export function evidenceNeeds(chain: readonly Certificate[]): readonly EvidenceNeed[] {
  return chain.slice(0, -1).flatMap((certificate, place): EvidenceNeed[] => {
    const issuer = chain[place + 1]
    if (issuer === undefined) return []
    const { cRLDistributionPoints, ocspResponders } = certificate
    return [
      ...overHttp(cRLDistributionPoints).map((url) => ({
        kind: "crl" as const,
        url,
        issuer,
        certificate: null,
      })),
      ...overHttp(ocspResponders).map((url) => ({ kind: "ocsp" as const, url, issuer, certificate })),
    ]
  })
}

const overHttp = (urls: readonly string[]): readonly string[] =>
  urls.filter((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)).slice(0, MAX_ADDRESSES)

/** Hex; the same for the same address, issuer's key and certificate. */
export function needKey({ kind, url, issuer, certificate }: EvidenceNeed): string {
  const hash = createHash("sha256").update(`${kind}\n${url}\n`).update(issuer.spki)
  return hash.update(certificate?.serial ?? new Uint8Array()).digest("hex")
}
