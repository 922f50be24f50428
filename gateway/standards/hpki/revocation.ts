/**
 * Was the certificate revoked at the validation time? (RFC 5280 §6.3, RFC 6960, JAHIS grace period; test 10 of our validator)
 *
 * Best evidence is a list, or an OCSP answer, issued *after* that time: revocations take hours to be published. One that only
 * covers the time is enough where trust says so, and then a second test `newer-crl` stays unknown until a newer one comes.
 * Revocation is for ever: whatever says it counts, however old, but for a hold, which may be lifted. It counts as well where an
 * archive time stamp has the rest judged as of long ago: when a revocation became known is nothing its signer may choose.
 */
import { type Certificate, serialText } from "./certificate.ts"
import { type Crl, REASON, type RevokedCertificate } from "./crl.ts"
import { ocspStatements } from "./ocsp-evidence.ts"
import type { OcspResponse } from "./ocsp.ts"
import { type RevocationStatement, isTimely, listStatements } from "./revocation-statement.ts"
import { type VerdictTest, fail, pass, unknown } from "./verdict-test.ts"

export interface RevocationRules {
  /** The present: a list past its nextUpdate proves nothing about times after its thisUpdate. */
  readonly now: Date
  /** required: without a list or answer issued after the validation time the verdict is pending. */
  readonly newerCrl: "required" | "preferred"
  /** OCSP responses at hand, of whatever certificates. */
  readonly ocsp?: readonly OcspResponse[]
  /** Where `now` lies in the past, by an archive time stamp: the present. Lists from between tell of revocations. */
  readonly present?: Date
  /** What was signed is proven to have been there at `now`, and by whoever held the key then: a time-stamp token. */
  readonly isToken?: boolean
}

/** Tests `revocation` and, when newer evidence is required and missing, `newer-crl`. */
export function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
  at: Date,
  rules: RevocationRules,
): readonly VerdictTest[] {
  const { now, newerCrl, ocsp = [], present = now } = rules
  const name = certificate.subject.text
  const statements = newestFirst([
    ...listStatements(certificate, issuer, crls),
    ...ocspStatements(certificate, issuer, ocsp, crls),
  ]).filter(({ thisUpdate }) => thisUpdate <= present)
  const [best] = statements.filter((each) => isTimely(each, certificate, at, now))
  const entries = statements.flatMap(({ thisUpdate, revoked }) =>
    revoked !== null && (thisUpdate <= now || !isPast(revoked, certificate, rules)) ? [revoked] : [],
  )
  const held = statements[0]?.revoked ?? null
  const entry = entries.find(isForEver) ?? entries.find((each) => each === held) ?? best?.revoked ?? null
  if (entry !== null) return [judgeEntry(entry, certificate, at)]
  if (best === undefined) {
    const what = certificate.ocspResponders.length > 0 ? "list or OCSP answer" : "list"
    return [unknown("revocation", `no usable ${what} of ${issuer.subject.text} for ${name}`)]
  }
  const passed = pass("revocation", `${name}: ${best.source}`)
  if (best.thisUpdate >= at || newerCrl === "preferred") return [passed]
  return [passed, unknown("newer-crl", `${name}: a list issued after ${at.toISOString()} is awaited`)]
}

/** The newest list that proves something about the certificate at that time, to be kept beside a signature; null without one. */
export function listFor(
  certificate: Certificate,
  issuer: Certificate,
  crls: readonly Crl[],
  at: Date,
  now: Date,
): Crl | null {
  const [newest] = crls
    .filter((crl) =>
      listStatements(certificate, issuer, [crl]).some((one) => isTimely(one, certificate, at, now)),
    )
    .toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
  return newest ?? null
}

/** The same of OCSP responses. @param crls by which a responder itself is judged */
export function answerFor(
  certificate: Certificate,
  issuer: Certificate,
  responses: readonly OcspResponse[],
  crls: readonly Crl[],
  at: Date,
  now: Date,
): OcspResponse | null {
  const [newest] = responses
    .filter((response) =>
      ocspStatements(certificate, issuer, [response], crls).some((one) =>
        isTimely(one, certificate, at, now),
      ),
    )
    .toSorted((a, b) => b.producedAt.getTime() - a.producedAt.getTime())
  return newest ?? null
}

/**
 * Nothing to what is judged as of `now`: a token was there before its authority lost the key. Of any other signature the
 * archive time stamp does not say who made it: only when its certificate had ended as well was the key nobody's any more.
 */
const isPast = (
  { revocationDate }: RevokedCertificate,
  { notAfter }: Certificate,
  { now, isToken = false }: RevocationRules,
): boolean => revocationDate > now && (isToken || revocationDate > notAfter)

const isForEver = ({ reason }: RevokedCertificate): boolean => reason !== REASON.certificateHold

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
  const statements = newestFirst(listStatements(certificate, issuer, crls))
  return statements.find(({ thisUpdate }) => thisUpdate <= now)?.revoked ?? null
}

const newestFirst = (statements: readonly RevocationStatement[]): readonly RevocationStatement[] =>
  statements.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())

function judgeEntry(entry: RevokedCertificate, certificate: Certificate, at: Date): VerdictTest {
  const { reason, revocationDate, invalidityDate } = entry
  const compromised = reason === REASON.keyCompromise || reason === REASON.cACompromise
  const since = revocationDate.toISOString()
  const text = `${certificate.subject.text} (${serialText(certificate)}) revoked ${since}, reason ${reason}`
  // A hold ends in revocation or is lifted: until then nothing is decided.
  if (reason === REASON.certificateHold) return unknown("revocation", `${text}: on hold`)
  if (revocationDate <= at) return fail("revocation", text)
  if (!compromised) return pass("revocation", `${text}, after the validation time`)
  // The key may have been in other hands before the revocation was written down.
  if (invalidityDate === null) return unknown("revocation", `${text}; since when is not stated`)
  return invalidityDate <= at
    ? fail("revocation", text)
    : pass("revocation", `${text}, after the validation time`)
}
