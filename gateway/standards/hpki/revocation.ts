/**
 * Was the certificate revoked at the validation time? (RFC 5280 §6.3, JAHIS grace period)
 *
 * Best evidence is a list issued *after* that time: revocations take hours to be published. A list that only covers the
 * time is enough where trust says so, and then a second test `newer-crl` stays unknown until a newer one comes.
 */
import type { Certificate } from "./certificate.ts"
import { serialText } from "./certificate.ts"
import { type Crl, REASON, type RevokedCertificate } from "./crl.ts"
import { sameName } from "./name.ts"
import { signatureChecks } from "./signature-algorithm.ts"
import { type VerdictTest, fail, pass, unknown } from "./verdict-test.ts"

export interface RevocationRules {
  /** The present: a list past its nextUpdate proves nothing about times after its thisUpdate. */
  readonly now: Date
  /** required: without a list issued after the validation time the verdict is pending. */
  readonly newerCrl: "required" | "preferred"
}

/** Tests `revocation` and, when a newer list is required and missing, `newer-crl`. */
export function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
  at: Date,
  rules: RevocationRules,
): readonly VerdictTest[] {
  const name = certificate.subject.text
  const crl = bestCrl(certificate, issuer, crls, at, rules.now)
  if (crl === null) return [unknown("revocation", `no usable list of ${issuer.subject.text} for ${name}`)]
  const entry = crl.revoked.find(({ serial }) => Buffer.compare(serial, certificate.serial) === 0)
  if (entry !== undefined) return [judgeEntry(entry, certificate, at)]
  const issued = `list of ${crl.thisUpdate.toISOString()}`
  if (crl.thisUpdate >= at || rules.newerCrl === "preferred")
    return [pass("revocation", `${name}: ${issued}`)]
  return [
    pass("revocation", `${name}: ${issued}`),
    unknown("newer-crl", `${name}: a list issued after ${at.toISOString()} is awaited`),
  ]
}

/**
 * Does the newest list of its issuer name the certificate? Null also where there is no list. The list may be overdue:
 * what it says of a certificate stays true, what it does not say proves nothing. For peers whose key is known
 * otherwise (pins); a signature is judged with `checkRevocation`.
 */
export function listedAsRevoked(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
  now: Date,
): RevokedCertificate | null {
  const crl = newestCrl(certificate, issuer, crls, ({ thisUpdate }) => thisUpdate <= now)
  return crl?.revoked.find(({ serial }) => Buffer.compare(serial, certificate.serial) === 0) ?? null
}

const bestCrl = (certificate: Certificate, issuer: Certificate, crls: readonly Crl[], at: Date, now: Date) =>
  newestCrl(certificate, issuer, crls, (crl) => isTimely(crl, at, now))

function newestCrl(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
  counts: (crl: Crl) => boolean,
): Crl | null {
  const wanted = certificate.isCa ? "users" : "authorities"
  const usable = crls.filter(
    (crl) =>
      sameName(crl.issuer, issuer.subject) &&
      crl.covers !== wanted &&
      counts(crl) &&
      (issuer.keyUsage?.includes("cRLSign") ?? true) &&
      signatureChecks(crl.signatureAlgorithm, issuer.spki, crl.tbs, crl.signature),
  )
  const newestFirst = usable.sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
  return newestFirst[0] ?? null
}

/** Issued after `at`: evidence for ever. Otherwise it must cover `at` and not be overdue now. A list from the future
 *  is nobody's. */
function isTimely(crl: Crl, at: Date, now: Date): boolean {
  if (crl.thisUpdate > now) return false
  return crl.thisUpdate >= at || (at <= crl.nextUpdate && now <= crl.nextUpdate)
}

function judgeEntry(entry: RevokedCertificate, certificate: Certificate, at: Date): VerdictTest {
  const compromised = entry.reason === REASON.keyCompromise || entry.reason === REASON.cACompromise
  const since = entry.revocationDate.toISOString()
  const text = `${certificate.subject.text} (${serialText(certificate)}) revoked ${since}, reason ${entry.reason}`
  if (entry.revocationDate <= at) return fail("revocation", text)
  if (!compromised) return pass("revocation", `${text}, after the validation time`)
  // The key may have been in other hands before the revocation was written down.
  if (entry.invalidityDate === null) return unknown("revocation", `${text}; since when is not stated`)
  return entry.invalidityDate <= at
    ? fail("revocation", text)
    : pass("revocation", `${text}, after the validation time`)
}
