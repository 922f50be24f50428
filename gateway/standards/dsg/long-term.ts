/**
 * XAdES-X-L (ETSI TS 101 903 §7.6, ITI TF-3 5.5.2): certificates and revocation lists stand in the document itself, so that
 * nobody has to be asked for them later. Those of a time stamp's own authority stand in TimeStampValidationData
 * (XAdES 1.4.1), where readers look for them.
 */
import { type Gathered, type PathEvidence, gatherEvidence, isWhole, missing } from "./gather.ts"
import { base64, element } from "./markup.ts"
import { referencesStampInput, withReferences, withReferencesStamp } from "./named-evidence.ts"
import { readSignatureDocument } from "./signature-document.ts"
import type { SignatureTrust } from "./trust.ts"
import { MAX_KEPT_EVIDENCE } from "./xades-read.ts"
import { unsignedProperty, withUnsigned } from "./unsigned.ts"

/** Nothing is added to what others keep: this is a copy of our own. */
const readOwn = (xml: Uint8Array) => readSignatureDocument(xml, undefined, MAX_KEPT_EVIDENCE)

/** The signer's; may be added to later, as newer lists come. */
export const withValues = (xml: Uint8Array, path: PathEvidence): Uint8Array => {
  const values = valuesOf(path, unsignedProperty)
  return values.length === 0 ? xml : withUnsigned(xml, ...values)
}

/**
 * The same of the time stamps' authorities. Its optional attribute URI is left out: one element holds what all of them need,
 * and the published schema spells the attribute `UR`.
 */
export const withTimeStampEvidence = (xml: Uint8Array, path: PathEvidence): Uint8Array => {
  const values = valuesOf(path, element)
  return values.length === 0
    ? xml
    : withUnsigned(xml, unsignedProperty("xades141:TimeStampValidationData", {}, ...values))
}

function valuesOf(
  { certificates, crls, ocsp }: PathEvidence,
  write: typeof unsignedProperty,
): readonly string[] {
  const revocation = [
    ...(crls.length === 0
      ? []
      : [element("xades:CRLValues", {}, ...crls.map(writeValue("xades:EncapsulatedCRLValue")))]),
    ...(ocsp.length === 0
      ? []
      : [element("xades:OCSPValues", {}, ...ocsp.map(writeValue("xades:EncapsulatedOCSPValue")))]),
  ]
  const written = certificates.map(writeValue("xades:EncapsulatedX509Certificate"))
  return [
    ...(written.length === 0 ? [] : [write("xades:CertificateValues", {}, ...written)]),
    ...(revocation.length === 0 ? [] : [write("xades:RevocationValues", {}, ...revocation)]),
  ]
}

const writeValue =
  (name: string) =>
  ({ encoded }: { readonly encoded: Uint8Array }): string =>
    element(name, {}, base64(encoded))

/** What nobody carries yet of what is at hand: newer lists, or those of one more authority. */
export function withMissingEvidence(xml: Uint8Array, { signer, authorities }: Gathered): Uint8Array {
  const document = readOwn(xml)
  const whole = withValues(xml, missing(document, signer))
  if (authorities === null) return whole
  return withTimeStampEvidence(whole, missing(readOwn(whole), authorities))
}

/**
 * A stamped signature (XAdES-T) at X-L; null while the evidence is not all at hand.
 *
 * @param now lists from later are nobody's
 * @param stamp asks a time-stamp authority for a token over these octets
 */
export async function lengthened(
  xml: Uint8Array,
  trust: SignatureTrust,
  now: Date,
  canonicalization: string,
  stamp: (octets: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array | null> {
  const document = readOwn(xml)
  const evidence = gatherEvidence(document, trust, now)
  if (evidence === null || !isWhole(evidence)) return null
  const named = withReferences(xml, evidence.signer)
  const token = await stamp(referencesStampInput(named, canonicalization))
  const stamped = withReferencesStamp(named, token, canonicalization)
  // Another authority may have answered: its evidence comes along, too.
  const again = gatherEvidence(readOwn(stamped), trust, now) ?? evidence
  return withMissingEvidence(stamped, again)
}
