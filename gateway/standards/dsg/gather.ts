/**
 * What a verifier will need besides the signature: the paths of the signer and of every time stamp's authority, and for each
 * certificate in them the newest list, or OCSP answer, that proves something about its validation time.
 */
import { type Certificate, readCertificate } from "../hpki/certificate.ts"
import type { Crl } from "../hpki/crl.ts"
import type { OcspResponse } from "../hpki/ocsp.ts"
import { validatePath } from "../hpki/path.ts"
import { answerFor, listFor } from "../hpki/revocation.ts"
import { type TokenCheck, verifyToken } from "../tsp/verify-token.ts"
import { readEvidence, withEvidence } from "./embedded-evidence.ts"
import type { SignatureDocument } from "./signature-document.ts"
import { findSigner } from "./signer.ts"
import type { SignatureTrust } from "./trust.ts"

/** Of one path: every certificate above the leaf, and a list or answer for each certificate below the anchor. */
export interface PathEvidence {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Crl[]
  readonly ocsp: readonly OcspResponse[]
  /** A list or answer for each of them is here. */
  readonly isComplete: boolean
  /** Each of these was issued after the validation time (grace period). */
  readonly isLater: boolean
}

export interface Gathered {
  readonly leaf: Certificate
  /** Time stamps of every kind, as they stand in the document. */
  readonly stamps: readonly TokenCheck[]
  readonly signer: PathEvidence
  /** Of every time stamp together; null while there is none. */
  readonly authorities: PathEvidence | null
}

/** Is there a list or answer for every certificate of all? Then the signature can be made X-L. */
export const isWhole = ({ signer, authorities }: Gathered): boolean =>
  signer.isComplete && (authorities?.isComplete ?? false)

/**
 * From what came along and from what is at hand. Null when the signer, or an authority, leads to no anchor of ours.
 *
 * @param now lists from later are nobody's
 */
export function gatherEvidence(
  document: SignatureDocument,
  trust: SignatureTrust,
  now: Date,
): Gathered | null {
  const signer = findSigner(document)
  if (signer === null) return null
  const informed = withEvidence(trust, readEvidence(document.evidence))
  const helpers = [...informed.intermediates, ...document.certificates.map(readCertificate)]
  const rules = { now, newerCrl: trust.newerCrl }
  const tokens = tokensOf(document, informed, now)
  const at = tokens[0]?.genTime ?? now
  const { chain } = validatePath(signer, helpers, trust.anchors, at, informed.crls, rules)
  const own = evidenceOf(chain, informed, at, now)
  const theirs = tokens.map((token) => evidenceOf(token.chain, informed.timeStamp, token.genTime ?? now, now))
  const known = theirs.filter((each) => each !== null)
  if (own === null || known.length < theirs.length) return null
  return {
    leaf: signer,
    stamps: tokens,
    signer: own,
    authorities: known.length === 0 ? null : together(known),
  }
}

function tokensOf(
  { timeStamps, referencesStamps, archiveStamps }: SignatureDocument,
  { timeStamp, newerCrl }: SignatureTrust,
  now: Date,
): readonly TokenCheck[] {
  return [...timeStamps, ...referencesStamps, ...archiveStamps].flatMap(({ token, stamped }) =>
    stamped === null ? [] : verifyToken(token, stamped, timeStamp, { now, newerCrl }),
  )
}

function evidenceOf(
  chain: readonly Certificate[],
  { crls, ocsp = [] }: Pick<SignatureTrust, "crls" | "ocsp">,
  at: Date,
  now: Date,
): PathEvidence | null {
  const [, ...above] = chain
  if (above.length === 0) return null
  const found = above.map((issuer, depth) => {
    const certificate = chain[depth] ?? issuer
    const list = listFor(certificate, issuer, crls, at, now)
    // Lists are what HPKI has; an answer stands in where there is none, or none that is late enough.
    const answer =
      list !== null && list.thisUpdate >= at ? null : answerFor(certificate, issuer, ocsp, crls, at, now)
    return { list, answer, issuedAt: answer?.producedAt ?? list?.thisUpdate ?? null }
  })
  return {
    certificates: above,
    crls: distinct(found.flatMap(({ list }) => list ?? [])),
    ocsp: distinct(found.flatMap(({ answer }) => answer ?? [])),
    isComplete: found.every(({ issuedAt }) => issuedAt !== null),
    isLater: found.every(({ issuedAt }) => issuedAt !== null && issuedAt >= at),
  }
}

const together = (all: readonly PathEvidence[]): PathEvidence => ({
  certificates: distinct(all.flatMap(({ certificates }) => certificates)),
  crls: distinct(all.flatMap(({ crls }) => crls)),
  ocsp: distinct(all.flatMap(({ ocsp }) => ocsp)),
  isComplete: all.every(({ isComplete }) => isComplete),
  isLater: all.every(({ isLater }) => isLater),
})

const key = ({ encoded }: { readonly encoded: Uint8Array }): string => Buffer.from(encoded).toString("base64")

const distinct = <Value extends { readonly encoded: Uint8Array }>(
  values: readonly Value[],
): readonly Value[] => [...new Map(values.map((value) => [key(value), value])).values()]

/** What of it the document does not carry yet. */
export function missing({ evidence }: SignatureDocument, path: PathEvidence): PathEvidence {
  const embedded = [...evidence.certificates, ...evidence.crls, ...evidence.ocsp]
  const here = new Set(embedded.map((encoded) => key({ encoded })))
  return {
    ...path,
    certificates: path.certificates.filter((one) => !here.has(key(one))),
    crls: path.crls.filter((one) => !here.has(key(one))),
    ocsp: path.ocsp.filter((one) => !here.has(key(one))),
  }
}
