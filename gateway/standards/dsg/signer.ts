/** Who signed, with which mathematics, and is the signer to be believed? */
import { createHash } from "node:crypto"
import { type Certificate, readCertificate } from "../hpki/certificate.ts"
import { type PathResult, validatePath } from "../hpki/path.ts"
import { checkHpkiProfile } from "../hpki/profile.ts"
import { checkQualifiedProfile } from "../hpki/qualified-profile.ts"
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import { SIGNATURE_METHODS } from "./algorithms.ts"
import type { SignatureDocument } from "./signature-document.ts"
import { signatureValueChecks } from "./signature-value.ts"
import type { PersonTrust, SealTrust, SignatureTrust } from "./trust.ts"
import { sha256Hex } from "../sha256.ts"

/** SHA-1 was fair once: such a signature is not refused as forged, but no verdict is built on it. */
export function checkAlgorithms({ signatureMethod, hashes }: SignatureDocument): VerdictTest {
  const method = SIGNATURE_METHODS[signatureMethod]
  if (method === undefined) return fail("algorithms", `${signatureMethod} is not accepted`)
  if (hashes.includes("")) return fail("algorithms", "a digest method is not accepted")
  if ([...hashes, method.hash].includes("sha1")) return unknown("algorithms", "SHA-1: legacy")
  return pass("algorithms", signatureMethod)
}

/** The certificate whose digest was signed, wherever it stands in KeyInfo. */
export function findSigner({ certificates, properties }: SignatureDocument): Certificate | null {
  const named = properties.signingCertificate
  if (named === null || named.hash === "") return null
  const found = certificates.find((one) => createHash(named.hash).update(one).digest().equals(named.digest))
  return found === undefined ? null : readCertificate(found)
}

export function checkSigningCertificate(
  { properties }: SignatureDocument,
  signer: Certificate | null,
): VerdictTest {
  if (signer === null) return fail("signing-certificate", "no certificate has the signed digest")
  if (properties.signingCertificate?.hash === "sha1") return unknown("signing-certificate", "SHA-1: legacy")
  return pass("signing-certificate", signer.subject.text)
}

export function checkSignatureValue(document: SignatureDocument, signer: Certificate | null): VerdictTest {
  const { signatureMethod, signedInfo, signatureValue } = document
  const holds =
    signer !== null && signatureValueChecks(signatureMethod, signer.spki, signedInfo, signatureValue)
  return check("signature-value", holds, "does not check under the signer's key")
}

/**
 * Path, revocation, and what the certificate must be for its kind.
 *
 * @param trust with the evidence that came along (`withEvidence`)
 * @param provenAt as of when it is judged; `now` without an archive time stamp
 */
export function checkSigner(
  signer: Certificate,
  document: SignatureDocument,
  validationTime: Date,
  trust: SignatureTrust,
  provenAt: Date,
  now: Date,
): PathResult {
  const helpers = [...trust.intermediates, ...document.certificates.map(readCertificate)]
  const { newerCrl, ocsp = [], anchors, crls } = trust
  const rules = { now: provenAt, present: now, newerCrl, ocsp }
  const path = validatePath(signer, helpers, anchors, validationTime, crls, rules)
  const profile = trust.kind === "seal" ? checkSeal(signer, trust) : checkPerson(path.chain, trust)
  return { ...path, tests: [...path.tests, ...profile] }
}

/** What a person's certificate must be, by whichever authority was agreed. */
export const checkPerson = (chain: readonly Certificate[], trust: PersonTrust): readonly VerdictTest[] =>
  trust.kind === "hpki" ? checkHpkiProfile(chain, trust.rules) : checkQualifiedProfile(chain, trust.rules)

function checkSeal(signer: Certificate, { pins }: SealTrust): readonly VerdictTest[] {
  const pin = sha256Hex(signer.spki)
  const { keyUsage } = signer
  const signs =
    keyUsage === null || keyUsage.includes("digitalSignature") || keyUsage.includes("nonRepudiation")
  return [
    check("pin", pins.length === 0 || pins.includes(pin), `key ${pin} is not the agreed one`),
    check("key-usage", signs, "does not permit signing"),
  ]
}
