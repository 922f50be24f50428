/**
 * What one revocation list, or one OCSP answer, says of one certificate: the common shape in which both kinds of evidence are
 * judged (RFC 5280 §6.3.3, RFC 6960 §3.2). Only what its authority signed becomes a statement.
 */
import type { Certificate } from "./certificate.ts"
import type { Crl, RevokedCertificate } from "./crl.ts"
import { sameName } from "./name.ts"
import { signatureChecks } from "./signature-algorithm.ts"

export interface RevocationStatement {
  /** For people: `list of …`, `OCSP answer of …`. */
  readonly source: string
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** null: not revoked, as far as the authority knew at thisUpdate. */
  readonly revoked: RevokedCertificate | null
  /** Of certificates that expired before this it says nothing; null = of none that had expired at thisUpdate. */
  readonly keepsExpiredSince: Date | null
}

/** Of every list that covers the certificate and that its issuer signed. */
export function listStatements(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
): readonly RevocationStatement[] {
  return crls
    .filter((crl) => covers(crl, certificate) && isIssuedBy(crl, issuer))
    .map((crl) => ({
      source: `list of ${crl.thisUpdate.toISOString()}`,
      thisUpdate: crl.thisUpdate,
      nextUpdate: crl.nextUpdate,
      revoked: entryOf(crl, certificate),
      keepsExpiredSince: crl.keepsExpiredSince,
    }))
}

/** A list of another kind of certificate, or of another distribution point, says nothing by leaving this one out. */
function covers({ covers: kind, distributionPoint }: Crl, certificate: Certificate): boolean {
  const { isCa, cRLDistributionPoints } = certificate
  return (
    kind !== (isCa ? "users" : "authorities") &&
    (distributionPoint === null || distributionPoint.some((name) => cRLDistributionPoints.includes(name)))
  )
}

/** Signed by the authority whose name it carries, with a key that may sign lists. */
export const isIssuedBy = (crl: Crl, issuer: Certificate): boolean =>
  sameName(crl.issuer, issuer.subject) &&
  (issuer.keyUsage?.includes("cRLSign") ?? true) &&
  signatureChecks(crl.signatureAlgorithm, issuer.spki, crl.tbs, crl.signature)

const entryOf = ({ revoked }: Crl, { serial }: Certificate): RevokedCertificate | null =>
  revoked.find((entry) => Buffer.compare(entry.serial, serial) === 0) ?? null

/**
 * Does it prove anything about the time `at`? Issued after it: for ever, as long as the certificate had not expired, because
 * authorities may drop what has. Issued before: while it covers `at` and is not overdue now. A statement from the future is
 * nobody's.
 */
export function isTimely(
  { thisUpdate, nextUpdate, keepsExpiredSince }: RevocationStatement,
  { notAfter }: Certificate,
  at: Date,
  now: Date,
): boolean {
  const forgets = thisUpdate > notAfter && (keepsExpiredSince === null || keepsExpiredSince > notAfter)
  if (thisUpdate > now || forgets) return false
  return thisUpdate >= at || (at <= nextUpdate && now <= nextUpdate)
}
