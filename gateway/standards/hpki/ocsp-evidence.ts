/**
 * Which OCSP answers are to be believed (RFC 6960 §4.2.2.2): those the certificate's own issuer signed, or a responder to
 * whom that issuer, and no other, gave a certificate for this. A responder somebody trusts locally is not known here.
 */
import { type Certificate, sameCertificate } from "./certificate.ts"
import type { Crl } from "./crl.ts"
import { EXTENSION } from "./extensions.ts"
import { keyIdentifier } from "./key-identifier.ts"
import { sameName } from "./name.ts"
import { isAbout } from "./ocsp-request.ts"
import type { OcspAnswer, OcspResponse } from "./ocsp.ts"
import { type RevocationStatement, isTimely, listStatements } from "./revocation-statement.ts"
import { signatureChecks } from "./signature-algorithm.ts"

const KP_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
/** Without nextUpdate newer information is always to be had: such an answer is good for the moment it was asked in. */
const SHORT_LIVED_MS = 60 * 60 * 1000
/** A responder asks its authority's database by another clock than the one it signs by. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000

/** What believable answers say of the certificate; `unknown` says nothing. */
export function ocspStatements(
  certificate: Certificate,
  issuer: Certificate,
  responses: readonly OcspResponse[],
  crls: readonly Crl[],
): readonly RevocationStatement[] {
  return responses.flatMap((response) => {
    const answers = response.answers.filter(
      ({ certId, status }) => status !== "unknown" && isAbout(certId, certificate, issuer),
    )
    return answers.length > 0 && responderFault(response, issuer, crls) === null ? answers.map(statement) : []
  })
}

const statement = (answer: OcspAnswer): RevocationStatement => ({
  source: `OCSP answer of ${answer.thisUpdate.toISOString()}`,
  thisUpdate: answer.thisUpdate,
  nextUpdate: answerEnd(answer),
  revoked: answer.revoked,
  keepsExpiredSince: null,
})

/** Until when an answer may be relied on. */
export const answerEnd = ({ thisUpdate, nextUpdate }: OcspAnswer): Date =>
  nextUpdate ?? new Date(thisUpdate.getTime() + SHORT_LIVED_MS)

/** Why nobody who may speak for this issuer signed the response; null = somebody did. */
export function responderFault(
  response: OcspResponse,
  issuer: Certificate,
  crls: readonly Crl[],
): string | null {
  const candidates = [issuer, ...response.certificates].filter((one) => isResponder(response, one))
  const signer = candidates.find(({ spki }) =>
    signatureChecks(response.signatureAlgorithm, spki, response.tbs, response.signature),
  )
  if (candidates.length === 0) return "the responder's certificate is not at hand"
  if (signer === undefined) return "the signature does not check under the responder's key"
  // A responder whose certificate has ended could date what it signs back, and what it says on.
  const latest = response.producedAt.getTime() + MAX_CLOCK_SKEW_MS
  if (response.answers.some(({ thisUpdate }) => thisUpdate.getTime() > latest))
    return "it says what was so after it was made"
  return sameCertificate(signer, issuer) ? null : delegateFault(signer, issuer, response.producedAt, crls)
}

const isResponder = ({ responder: { by, value } }: OcspResponse, certificate: Certificate): boolean =>
  Buffer.compare(value, by === "name" ? certificate.subject.encoded : keyIdentifier(certificate.spki)) === 0

const KNOWN_EXTENSIONS: readonly string[] = [
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extKeyUsage,
  EXTENSION.certificatePolicies,
  EXTENSION.subjectAltName,
  EXTENSION.ocspNoCheck,
]

function delegateFault(
  delegate: Certificate,
  issuer: Certificate,
  producedAt: Date,
  crls: readonly Crl[],
): string | null {
  const { extensions, extKeyUsage, keyUsage, notBefore, notAfter } = delegate
  const signs =
    keyUsage === null || keyUsage.includes("digitalSignature") || keyUsage.includes("nonRepudiation")
  if (!isIssuedDirectly(delegate, issuer)) return "the responder is of another issuer"
  if (extKeyUsage?.includes(KP_OCSP_SIGNING) !== true || !signs) return "the responder may not sign answers"
  if (producedAt < notBefore || producedAt > notAfter) return "the responder's certificate was not valid then"
  if (extensions.some(({ critical, id }) => critical && !KNOWN_EXTENSIONS.includes(id)))
    return "the responder's certificate has a critical extension that is not understood"
  if (extensions.some(({ id }) => id === EXTENSION.ocspNoCheck)) return null
  // Asking the responder about itself would prove nothing: only a list can.
  const statements = listStatements(delegate, issuer, crls)
  const isClear =
    statements.every(({ revoked }) => revoked === null) &&
    statements.some((one) => isTimely(one, delegate, producedAt, producedAt))
  return isClear ? null : "no list says that the responder is not revoked"
}

const isIssuedDirectly = (delegate: Certificate, issuer: Certificate): boolean =>
  sameName(delegate.issuer, issuer.subject) &&
  signatureChecks(delegate.signatureAlgorithm, issuer.spki, delegate.tbs, delegate.signature)
