/**
 * Is what was fetched the evidence that was wanted, and newer than what is at hand? Whoever sits on the line could send an old
 * list, or another authority's: neither takes the place of a good one. And how long it may be relied on.
 */
import { Malformed } from "../malformed.ts"
import { type Crl, readCrl } from "./crl.ts"
import type { EvidenceNeed } from "./evidence-need.ts"
import { answerEnd, responderFault } from "./ocsp-evidence.ts"
import { isAbout, nonceValue } from "./ocsp-request.ts"
import { type OcspResponse, readOcspResponse } from "./ocsp.ts"
import { isIssuedBy } from "./revocation-statement.ts"

/** How far an authority's clock may be ahead of ours. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000
/** Authorities publish daily: asked twice a day. */
const MAX_REFRESH_MS = 12 * 60 * 60_000
const MIN_REFRESH_MS = 5 * 60_000

/**
 * @param held the list of this address that is at hand
 * @throws Malformed CRL, DER or EVIDENCE
 */
export function acceptList({ issuer }: EvidenceNeed, octets: Uint8Array, held: Crl | null, now: Date): Crl {
  const crl = readCrl(octets)
  if (!isIssuedBy(crl, issuer)) throw unfit(`it is no list of ${issuer.subject.text}`)
  refuseOutside(crl.thisUpdate, crl.nextUpdate, now)
  if (held !== null && crl.thisUpdate < held.thisUpdate)
    throw unfit(`it is of ${crl.thisUpdate.toISOString()}, older than the one at hand`)
  return crl
}

/**
 * @param nonce of the request; responders with answers made in advance give none back (RFC 5019 §4)
 * @param crls that may speak of the responder's own certificate
 * @throws Malformed OCSP, OCSP_REFUSED, DER or EVIDENCE
 */
export function acceptAnswer(
  { certificate, issuer }: EvidenceNeed,
  octets: Uint8Array,
  nonce: Uint8Array,
  crls: readonly Crl[],
  now: Date,
): OcspResponse {
  const response = readOcspResponse(octets)
  const answer = response.answers.find(
    ({ certId }) => certificate !== null && isAbout(certId, certificate, issuer),
  )
  if (answer === undefined) throw unfit("it is about another certificate")
  if (answer.status === "unknown") throw unfit("the responder does not know the certificate")
  if (response.nonce !== null && Buffer.compare(response.nonce, nonceValue(nonce)) !== 0)
    throw unfit("it answers another request")
  const fault = responderFault(response, issuer, crls)
  if (fault !== null) throw unfit(fault)
  refuseOutside(answer.thisUpdate, answerEnd(answer), now)
  return response
}

function refuseOutside(thisUpdate: Date, nextUpdate: Date, now: Date): void {
  if (thisUpdate.getTime() > now.getTime() + MAX_CLOCK_SKEW_MS)
    throw unfit(`it is of ${thisUpdate.toISOString()}, which is in the future`)
  if (nextUpdate <= now) throw unfit(`it was over ${nextUpdate.toISOString()}`)
}

const unfit = (message: string) => new Malformed("EVIDENCE", "RFC 5280 §6.3.3", message)

/** Hard expiry: neither past its own nextUpdate nor longer than `maxAgeMs` after it was fetched. */
export const limitedList = (crl: Crl, fetchedAt: Date, maxAgeMs: number): Crl => ({
  ...crl,
  nextUpdate: earlier(crl.nextUpdate, ageEnd(fetchedAt, maxAgeMs)),
})

export const limitedAnswer = (response: OcspResponse, fetchedAt: Date, maxAgeMs: number): OcspResponse => ({
  ...response,
  answers: response.answers.map((answer) => ({
    ...answer,
    nextUpdate: earlier(answerEnd(answer), ageEnd(fetchedAt, maxAgeMs)),
  })),
})

/** When the next one is asked for: halfway to its end, and twice a day at least. */
export function refreshAt(fetchedAt: Date, nextUpdate: Date): Date {
  const halfMs = (nextUpdate.getTime() - fetchedAt.getTime()) / 2
  return new Date(fetchedAt.getTime() + Math.max(MIN_REFRESH_MS, Math.min(MAX_REFRESH_MS, halfMs)))
}

const ageEnd = (fetchedAt: Date, maxAgeMs: number): Date => new Date(fetchedAt.getTime() + maxAgeMs)
const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
