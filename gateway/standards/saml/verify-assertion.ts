/**
 * Is this Security header to be believed (ITI TF-2 3.40.4.1.3)? Evidence, trust and time in; the assertion out, or a fault of
 * WS-Security. All tests are made on one element: the one assertion of the header. No other is looked for.
 *
 * An assertion may come again while it is good: a message is sent again after a lost answer, and the same submission takes
 * effect once whatever it is sent with.
 */
import type { SealTrust } from "../dsg/trust.ts"
import { childElements, is, malformed, withDocument } from "../dsg/document.ts"
import { readCertificate, type Certificate } from "../hpki/certificate.ts"
import { validatePath } from "../hpki/path.ts"
import { Malformed } from "../malformed.ts"
import { SecurityFault } from "../soap/fault.ts"
import type { Assertion } from "./assertion.ts"
import { readAssertion } from "./read-assertion.ts"
import { type SignedOctets, takeSignature } from "./signature.ts"
import { SAML } from "./vocabulary.ts"
import { sha256Hex } from "../sha256.ts"

/** How far apart two well-kept clocks may be, and how long a message may be under way before its header is read. */
export const CLOCK_TOLERANCE_MS = 180_000
/** Whoever asserts for longer does not say that somebody acts now. */
export const MAX_LIFETIME_MS = 3_600_000

export interface AssertionTrust {
  /** Entity id of the only one who is believed. */
  readonly issuer: string
  /** Its keys and their authority; without pins nobody is believed. */
  readonly seal: SealTrust
  /** What we are called. */
  readonly audiences: readonly string[]
}

/**
 * @param header one wsse:Security element as written, a document of its own
 * @throws SecurityFault FailedCheck when the signature does not hold, InvalidSecurityToken for everything else
 */
export function verifyAssertion(header: string, trust: AssertionTrust, now: Date): Assertion {
  const signed = checked("InvalidSecurityToken", () =>
    withDocument(Buffer.from(header, "utf8"), (security) => {
      const assertions = childElements(security).filter((each) => is(each, SAML, "Assertion"))
      const [assertion, ...others] = assertions
      if (assertion === undefined || others.length > 0)
        throw malformed("ASSERTION", "not exactly one assertion in the Security header")
      return checked("FailedCheck", () => takeSignature(assertion))
    }),
  )
  checkSigner(signed, trust.seal, now)
  const said = checked("InvalidSecurityToken", () => readAssertion(signed.octets))
  const wrong = faultIn(said, trust, now)
  if (wrong !== null) throw new SecurityFault("InvalidSecurityToken", wrong)
  return said
}

function checked<Result>(subcode: "InvalidSecurityToken" | "FailedCheck", read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Malformed) || cause instanceof SecurityFault) throw cause
    throw new SecurityFault(subcode, `${cause.code}: ${cause.message}`, { cause })
  }
}

/** The certificate is found among those that came; the agreement's pin says whether its key is the issuer's. */
function checkSigner(signed: SignedOctets, seal: SealTrust, now: Date): void {
  const failed = (why: string): SecurityFault => new SecurityFault("FailedCheck", why)
  const certificates = checked("FailedCheck", () => signed.certificates.map(readCertificate))
  const signer = certificates.find(({ spki }) => seal.pins.includes(sha256Hex(spki)))
  if (signer === undefined) throw failed("no certificate of the agreed keys came with the signature")
  if (!signed.holdsUnder(signer.spki)) throw failed("the signature does not hold under the agreed key")
  const wrong = faultOfPath(signer, certificates, seal, now)
  if (wrong !== undefined) throw failed(wrong)
}

/** Without a revocation list at hand the pin decides: the seal over the documents is judged again when one is. */
function faultOfPath(
  signer: Certificate,
  helpers: readonly Certificate[],
  { anchors, intermediates, crls, newerCrl }: SealTrust,
  now: Date,
): string | undefined {
  const { tests } = validatePath(signer, [...intermediates, ...helpers], anchors, now, crls, {
    now,
    newerCrl,
  })
  const failed = tests.find(({ outcome }) => outcome === "fail")
  return failed && `${failed.name}: ${failed.detail}`
}

/** The first of the tests that it does not pass, in words for our own trail. */
function faultIn(said: Assertion, { issuer, audiences }: AssertionTrust, now: Date): string | null {
  const at = now.getTime()
  const from = said.notBefore.getTime()
  const until = said.notOnOrAfter.getTime()
  if (said.issuer !== issuer) return `issued by ${said.issuer}, not by ${issuer}`
  if (!said.audiences.some((audience) => audiences.includes(audience))) return "it is for another audience"
  if (at < from - CLOCK_TOLERANCE_MS) return `good from ${said.notBefore.toISOString()} on`
  if (at >= until + CLOCK_TOLERANCE_MS) return `good until ${said.notOnOrAfter.toISOString()}`
  if (until - from > MAX_LIFETIME_MS) return "it is to be good for longer than an hour"
  if (said.issuedAt.getTime() > at + CLOCK_TOLERANCE_MS) return "issued in the future"
  if (said.authentication.at.getTime() > at + CLOCK_TOLERANCE_MS) return "authenticated in the future"
  return null
}
