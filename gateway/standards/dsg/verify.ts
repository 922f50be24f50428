/**
 * Verifying a DSG document (ITI TF-3 5.5.3): evidence, trust and time in; a verdict with every test out. Pure, never throws
 * for what the document says.
 *
 * Order: structure, who signed, mathematics, content, time, path. KeyInfo only helps to find the certificate that the signed
 * SigningCertificate names; which key is believed is decided by the path to a configured anchor.
 */
import { type Certificate, serialText } from "../hpki/certificate.ts"
import { japaneseName } from "../hpki/extensions.ts"
import { JAPANESE_CODING_SCHEME } from "../hpki/hc-role.ts"
import { attributeOf } from "../hpki/name.ts"
import { type VerdictTest, check, fail, pass } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import { checkContent } from "./content.ts"
import { checkEvidence, readEvidence, withEvidence } from "./embedded-evidence.ts"
import { type SignatureDocument, readSignatureDocument } from "./signature-document.ts"
import {
  checkAlgorithms,
  checkSignatureValue,
  checkSigner,
  checkSigningCertificate,
  findSigner,
} from "./signer.ts"
import { checkTimeStamp } from "./signing-instant.ts"
import type { ClaimedContent, SignatureTrust } from "./trust.ts"
import { type SignatureLevel, type Verdict, outcomeOf } from "./verdict.ts"

/** One thing the signature covers, as the signer described it. Believe it only with a verdict that is not `invalid`. */
export interface CoveredDocument {
  readonly uniqueId: string
  /** Clear MIME type from DataObjectFormat, "" when not stated. */
  readonly mimeType: string
  /** As it was signed, of the clear octets; null for a digest other than SHA-256. */
  readonly sha256: Uint8Array | null
}

export interface Verification {
  readonly verdict: Verdict
  readonly covered: readonly CoveredDocument[]
  /** Identifiers of commitment types, e.g. `urn:oid:1.2.840.10065.1.12.1.13`. */
  readonly commitments: readonly string[]
  readonly signer: Certificate | null
  /** Certification paths, leaf first and anchor last: the signer's, then those of the time-stamp authorities. */
  readonly chains: readonly (readonly Certificate[])[]
  /** How far the document provides for later; absent when it cannot be read. */
  readonly level?: SignatureLevel
  /** All within existed then, by an archive time stamp; now, without one. */
  readonly provenAt?: Date
  /** End of the newest time stamp's authority: before it somebody has to stamp anew. Null without time stamp. */
  readonly lastsUntil?: Date | null
}

/** What whoever asks knows beside the document. */
export interface Allowance {
  /** By when another's time-stamped signature proves that this document existed; counts where it has no time stamp. */
  readonly boundAt?: Date | null | undefined
  /** See `readSignatureDocument`. */
  readonly maxEvidence?: number | undefined
}

/**
 * @param now the present; the validation time is the time stamp's genTime when there is one (signing-instant.ts)
 */
export function verifySignature(
  xml: Uint8Array,
  claimed: ClaimedContent,
  trust: SignatureTrust,
  now: Date,
  { boundAt = null, maxEvidence }: Allowance = {},
): Verification {
  try {
    const document = readSignatureDocument(xml, octetsOf(claimed), maxEvidence)
    return judge(document, claimed, trust, now, boundAt)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    const tests = [fail("structure", `${problem.code}: ${problem.message}`)]
    return {
      verdict: verdictOf(tests, null, null, null, trust, now),
      covered: [],
      commitments: [],
      signer: null,
      chains: [],
    }
  }
}

function judge(
  document: SignatureDocument,
  claimed: ClaimedContent,
  trust: SignatureTrust,
  now: Date,
  boundAt: Date | null,
): Verification {
  const signer = findSigner(document)
  const evidence = readEvidence(document.evidence)
  const informed = withEvidence(trust, evidence)
  const instant = checkTimeStamp(document, informed, now, boundAt)
  const path =
    signer === null
      ? null
      : checkSigner(signer, document, instant.validationTime, informed, instant.provenAt, now)
  const tests = [
    pass("structure"),
    checkAlgorithms(document),
    check("references", document.partsMatch, "a digest of the signature's own parts differs"),
    check("signed-properties", document.propertiesSigned, "SignedProperties are not signed as such"),
    checkSigningCertificate(document, signer),
    checkSignatureValue(document, signer),
    ...checkContent(document, claimed),
    ...instant.tests,
    ...(path?.tests ?? []),
    ...checkEvidence(evidence),
  ]
  const { properties } = document
  return {
    verdict: verdictOf(tests, signer, properties.signingTime, instant.genTime, trust, now),
    covered: document.documents
      .filter(({ digest }) => digest !== null)
      .map(({ id, uniqueId, hash, digest }) => ({
        uniqueId,
        mimeType: properties.mimeTypes.get(id ?? "") ?? "",
        sha256: hash === "sha256" ? digest : null,
      })),
    commitments: properties.commitments,
    signer,
    chains: [...(path === null ? [] : [path.chain]), ...instant.chains].filter(({ length }) => length > 1),
    level: levelOf(document),
    provenAt: instant.provenAt,
    lastsUntil: instant.lastsUntil,
  }
}

/** Of the form alone; whether it holds the tests say. */
function levelOf({ timeStamps, archiveStamps, evidence }: SignatureDocument): SignatureLevel {
  if (archiveStamps.length > 0) return "A"
  if (timeStamps.length === 0) return "BES"
  const isLong = evidence.certificates.length > 0 && evidence.crls.length + evidence.ocsp.length > 0
  return isLong ? "X-L" : "T"
}

const octetsOf = ({ documents }: ClaimedContent): ReadonlyMap<string, Uint8Array> =>
  new Map(documents.flatMap(({ uniqueId, octets }) => (octets === undefined ? [] : [[uniqueId, octets]])))

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
    role: signer?.hcRoles.find(({ codingScheme }) => codingScheme === JAPANESE_CODING_SCHEME)?.text ?? "",
    issuer: signer?.issuer.text ?? "",
    serial: signer === null ? "" : serialText(signer),
    policy: signer?.certificatePolicies[0] ?? "",
    signedAt: signingTime?.toISOString() ?? null,
    timeStampedAt: genTime?.toISOString() ?? null,
    checkedAt: now.toISOString(),
    tests,
  }
}
