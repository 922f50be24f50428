/**
 * Verifying a DSG document (ITI TF-3 5.5.3): evidence, trust and time in; a verdict with every test out. Pure, never throws
 * for what the document says.
 *
 * Order: structure, who signed, mathematics, content, time, path. KeyInfo only helps to find the certificate that the signed
 * SigningCertificate names; which key is believed is decided by the path to a configured anchor.
 */
import { createHash } from "node:crypto"
import { type Certificate, readCertificate, serialText } from "../hpki/certificate.ts"
import { type Crl, readCrl } from "../hpki/crl.ts"
import { japaneseName } from "../hpki/extensions.ts"
import { attributeOf } from "../hpki/name.ts"
import { validatePath } from "../hpki/path.ts"
import { checkHpkiProfile } from "../hpki/profile.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { SIGNATURE_METHODS } from "./algorithms.ts"
import { checkContent } from "./content.ts"
import { type SignatureDocument, readSignatureDocument } from "./signature-document.ts"
import { signatureValueChecks } from "./signature-value.ts"
import { type SigningInstant, checkTimeStamp } from "./signing-instant.ts"
import type { ClaimedContent, SealTrust, SignatureTrust } from "./trust.ts"
import { type Verdict, outcomeOf } from "./verdict.ts"

/** One thing the signature covers, as the signer described it. Believe it only with a verdict that is not `invalid`. */
export interface CoveredDocument {
  readonly uniqueId: string
  /** Clear MIME type from DataObjectFormat, "" when not stated. */
  readonly mimeType: string
}

export interface Verification {
  readonly verdict: Verdict
  readonly covered: readonly CoveredDocument[]
  /** Identifiers of commitment types, e.g. `urn:oid:1.2.840.10065.1.12.1.13`. */
  readonly commitments: readonly string[]
  readonly signer: Certificate | null
}

/** @param now the present; the validation time is the time stamp's genTime when there is one */
export function verifySignature(
  xml: Uint8Array,
  claimed: ClaimedContent,
  trust: SignatureTrust,
  now: Date,
): Verification {
  try {
    return judge(readSignatureDocument(xml), claimed, trust, now)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    const tests = [fail("structure", `${problem.code}: ${problem.message}`)]
    return {
      verdict: verdictOf(tests, null, null, null, trust, now),
      covered: [],
      commitments: [],
      signer: null,
    }
  }
}

function judge(
  document: SignatureDocument,
  claimed: ClaimedContent,
  trust: SignatureTrust,
  now: Date,
): Verification {
  const signer = findSigner(document)
  const instant = checkTimeStamp(document, trust, now)
  const tests = [
    pass("structure"),
    checkAlgorithms(document),
    check("references", document.partsMatch, "a digest of the signature's own parts differs"),
    check("signed-properties", document.propertiesSigned, "SignedProperties are not signed as such"),
    checkSigningCertificate(document, signer),
    checkSignatureValue(document, signer),
    ...checkContent(document, claimed),
    ...instant.tests,
    ...(signer === null ? [] : checkSigner(signer, document, instant, trust, now)),
  ]
  const { properties } = document
  return {
    verdict: verdictOf(tests, signer, properties.signingTime, instant.genTime, trust, now),
    covered: document.documents
      .filter(({ digest }) => digest !== null)
      .map(({ id, uniqueId }) => ({ uniqueId, mimeType: properties.mimeTypes.get(id ?? "") ?? "" })),
    commitments: properties.commitments,
    signer,
  }
}

/** SHA-1 was fair once: such a signature is not refused as forged, but no verdict is built on it. */
function checkAlgorithms({ signatureMethod, hashes }: SignatureDocument): VerdictTest {
  const method = SIGNATURE_METHODS[signatureMethod]
  if (method === undefined) return fail("algorithms", `${signatureMethod} is not accepted`)
  if (hashes.includes("")) return fail("algorithms", "a digest method is not accepted")
  if ([...hashes, method.hash].includes("sha1")) return unknown("algorithms", "SHA-1: legacy")
  return pass("algorithms", signatureMethod)
}

/** The certificate whose digest was signed, wherever it stands in KeyInfo. */
function findSigner({ certificates, properties }: SignatureDocument): Certificate | null {
  const named = properties.signingCertificate
  if (named === null || named.hash === "") return null
  const found = certificates.find((one) => createHash(named.hash).update(one).digest().equals(named.digest))
  return found === undefined ? null : readCertificate(found)
}

function checkSigningCertificate({ properties }: SignatureDocument, signer: Certificate | null): VerdictTest {
  if (signer === null) return fail("signing-certificate", "no certificate has the signed digest")
  if (properties.signingCertificate?.hash === "sha1") return unknown("signing-certificate", "SHA-1: legacy")
  return pass("signing-certificate", signer.subject.text)
}

function checkSignatureValue(document: SignatureDocument, signer: Certificate | null): VerdictTest {
  const { signatureMethod, signedInfo, signatureValue } = document
  const holds =
    signer !== null && signatureValueChecks(signatureMethod, signer.spki, signedInfo, signatureValue)
  return check("signature-value", holds, "does not check under the signer's key")
}

/** Path, revocation, and what the certificate must be for its kind. */
function checkSigner(
  signer: Certificate,
  document: SignatureDocument,
  { validationTime }: SigningInstant,
  trust: SignatureTrust,
  now: Date,
): readonly VerdictTest[] {
  const { certificates, evidence } = document
  const helpers = [
    ...trust.intermediates,
    ...[...certificates, ...evidence.certificates].map(readCertificate),
  ]
  const crls: readonly Crl[] = [...trust.crls, ...evidence.crls.map(readCrl)]
  const rules = { now, newerCrl: trust.newerCrl }
  const path = validatePath(signer, helpers, trust.anchors, validationTime, crls, rules)
  const profile = trust.kind === "hpki" ? checkHpkiProfile(path.chain, trust.rules) : checkSeal(signer, trust)
  return [...path.tests, ...profile]
}

function checkSeal(signer: Certificate, { pins }: SealTrust): readonly VerdictTest[] {
  const pin = createHash("sha256").update(signer.spki).digest("hex")
  const { keyUsage } = signer
  const signs =
    keyUsage === null || keyUsage.includes("digitalSignature") || keyUsage.includes("nonRepudiation")
  return [
    check("pin", pins.length === 0 || pins.includes(pin), `key ${pin} is not the agreed one`),
    check("key-usage", signs, "does not permit signing"),
  ]
}

function verdictOf(
  tests: readonly VerdictTest[],
  signer: Certificate | null,
  signingTime: Date | null,
  genTime: Date | null,
  trust: SignatureTrust,
  now: Date,
): Verdict {
  return {
    outcome: outcomeOf(tests),
    kind: trust.kind,
    holder: signer === null ? "" : attributeOf(signer.subject, "CN"),
    holderJapanese: signer === null ? "" : japaneseName(signer),
    role: signer?.hcRoles[0]?.text ?? "",
    issuer: signer?.issuer.text ?? "",
    serial: signer === null ? "" : serialText(signer),
    policy: signer?.certificatePolicies[0] ?? "",
    signedAt: signingTime?.toISOString() ?? null,
    timeStampedAt: genTime?.toISOString() ?? null,
    checkedAt: now.toISOString(),
    tests,
  }
}
