/** Why no path was found: the first thing that is wrong with each certificate that could have issued this one. */
import { DerParts, readDer } from "../cms/der.ts"
import { oidOf } from "../cms/der-values.ts"
import type { Certificate } from "./certificate.ts"
import { sameName } from "./name.ts"
import { acceptableKey, isAccepted } from "./signature-algorithm.ts"

/** @param candidates every certificate at hand that might have issued it, anchors included */
export function issuerFault(certificate: Certificate, candidates: readonly Certificate[]): string {
  const named = candidates.filter(({ subject }) => sameName(subject, certificate.issuer))
  if (named.length === 0) return `nobody called ${certificate.issuer.text} is at hand`
  if (!isAccepted(certificate.signatureAlgorithm))
    return `signed with ${algorithmOf(certificate)}, which is not accepted`
  const fitting = named.filter((candidate) => keysFit(candidate, certificate))
  if (fitting.length === 0) return `${certificate.issuer.text} has another key than the one that is named`
  if (fitting.every(({ spki }) => acceptableKey(spki) === null))
    return `the key of ${certificate.issuer.text} is too weak or of a kind that is not accepted`
  return `the signature does not check under the key of ${certificate.issuer.text}`
}

/** Key identifiers, where both are written (RFC 5280 §4.2.1.1). */
export function keysFit(issuer: Certificate, certificate: Certificate): boolean {
  const { authorityKeyIdentifier: wanted } = certificate
  const { subjectKeyIdentifier: has } = issuer
  return wanted === null || has === null || Buffer.compare(wanted, has) === 0
}

const algorithmOf = ({ signatureAlgorithm }: Certificate): string =>
  oidOf(new DerParts(readDer(signatureAlgorithm), "AlgorithmIdentifier").take())
