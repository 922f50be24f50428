/** XAdES qualifying properties (ETSI EN 319 132-1 §5): the ones that decide, as values. */
import type { XmlElement } from "libxml2-wasm"
import { C14N, DIGESTS, DS, XADES, XADES141 } from "./algorithms.ts"
import {
  base64Content,
  childElements,
  childrenNamed,
  is,
  malformed,
  onlyChild,
  requiredAttribute,
  textContent,
} from "./document.ts"

const MAX_TIME_STAMPS = 4
/** Certificates, and lists, that may come along as evidence. */
const MAX_EVIDENCE = 16
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export interface SignedProperties {
  readonly signingTime: Date | null
  /** node:crypto name ("" = unknown) and digest of the signer's certificate; null when the property is absent. */
  readonly signingCertificate: { readonly hash: string; readonly digest: Uint8Array } | null
  readonly policy: string | null
  /** Identifiers of CommitmentTypeIndication. */
  readonly commitments: readonly string[]
  /** Clear MIME type by reference id. */
  readonly mimeTypes: ReadonlyMap<string, string>
}

export function readSignedProperties(signedProperties: XmlElement): SignedProperties {
  const signature = onlyChild(signedProperties, XADES, "SignedSignatureProperties")
  const [data] = childrenNamed(signedProperties, XADES, "SignedDataObjectProperties")
  const dataProperties = data === undefined ? [] : childElements(data)
  return {
    signingTime: readSigningTime(signature),
    signingCertificate: readSigningCertificate(signature),
    policy: readPolicy(signature),
    commitments: dataProperties
      .filter((one) => is(one, XADES, "CommitmentTypeIndication"))
      .map(readCommitment),
    mimeTypes: new Map(
      dataProperties.filter((one) => is(one, XADES, "DataObjectFormat")).flatMap(readFormat),
    ),
  }
}

function readSigningTime(signature: XmlElement): Date | null {
  const [time] = childrenNamed(signature, XADES, "SigningTime")
  if (time === undefined) return null
  const text = textContent(time).trim()
  if (!INSTANT.test(text) || Number.isNaN(Date.parse(text)))
    throw malformed("SIGNATURE_STRUCTURE", "SigningTime")
  return new Date(text)
}

/** Version 2, or the older one without; the first Cert is the signer's. */
function readSigningCertificate(signature: XmlElement): SignedProperties["signingCertificate"] {
  const [property, ...more] = ["SigningCertificateV2", "SigningCertificate"].flatMap((name) =>
    childrenNamed(signature, XADES, name),
  )
  if (property === undefined) return null
  const [cert] = childrenNamed(property, XADES, "Cert")
  if (cert === undefined || more.length > 0) throw malformed("SIGNATURE_STRUCTURE", "SigningCertificate")
  const digest = onlyChild(cert, XADES, "CertDigest")
  const algorithm = requiredAttribute(onlyChild(digest, DS, "DigestMethod"), "Algorithm")
  return { hash: DIGESTS[algorithm] ?? "", digest: base64Content(onlyChild(digest, DS, "DigestValue")) }
}

function readPolicy(signature: XmlElement): string | null {
  const [identifier] = childrenNamed(signature, XADES, "SignaturePolicyIdentifier")
  const [id] = identifier === undefined ? [] : childrenNamed(identifier, XADES, "SignaturePolicyId")
  if (id === undefined) return null
  return textContent(onlyChild(onlyChild(id, XADES, "SigPolicyId"), XADES, "Identifier")).trim()
}

const readCommitment = (indication: XmlElement): string =>
  textContent(onlyChild(onlyChild(indication, XADES, "CommitmentTypeId"), XADES, "Identifier")).trim()

function readFormat(format: XmlElement): [string, string][] {
  const [mimeType] = childrenNamed(format, XADES, "MimeType")
  if (mimeType === undefined) return []
  return [[requiredAttribute(format, "ObjectReference").replace(/^#/, ""), textContent(mimeType).trim()]]
}

export interface UnsignedProperties {
  readonly timeStamps: readonly { readonly canonicalization: string; readonly token: Uint8Array }[]
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** OCSPResponse, or BasicOCSPResponse, DER. */
  readonly ocsp: readonly Uint8Array[]
}

/** Nothing here is protected by the signature: tokens and lists must prove themselves. */
export function readUnsignedProperties(qualifyingProperties: XmlElement): UnsignedProperties {
  const [unsigned] = childrenNamed(qualifyingProperties, XADES, "UnsignedProperties")
  const [properties] =
    unsigned === undefined ? [] : childrenNamed(unsigned, XADES, "UnsignedSignatureProperties")
  if (properties === undefined) return { timeStamps: [], certificates: [], crls: [], ocsp: [] }
  const stamps = childrenNamed(properties, XADES, "SignatureTimeStamp")
  if (stamps.length > MAX_TIME_STAMPS) throw malformed("TIME_STAMP", "too many time stamps")
  // The time-stamp authority's may stand apart; whose evidence it is, the evidence itself says.
  const places = [properties, ...childrenNamed(properties, XADES141, "TimeStampValidationData")]
  return {
    timeStamps: stamps.map(readTimeStamp),
    certificates: evidence(places, ["CertificateValues", "EncapsulatedX509Certificate"]),
    crls: evidence(places, ["RevocationValues", "CRLValues", "EncapsulatedCRLValue"]),
    ocsp: evidence(places, ["RevocationValues", "OCSPValues", "EncapsulatedOCSPValue"]),
  }
}

function readTimeStamp(stamp: XmlElement) {
  const [method] = childrenNamed(stamp, DS, "CanonicalizationMethod")
  return {
    // Real e-prescriptions leave the method out and mean inclusive C14N 1.0.
    canonicalization: method === undefined ? C14N : requiredAttribute(method, "Algorithm"),
    token: base64Content(onlyChild(stamp, XADES, "EncapsulatedTimeStamp")),
  }
}

function evidence(places: readonly XmlElement[], path: readonly string[]): readonly Uint8Array[] {
  const values = places.flatMap((place) => valuesIn(place, path))
  if (values.length > MAX_EVIDENCE) throw malformed("SIGNATURE_STRUCTURE", "too much evidence")
  return values
}

function valuesIn(parent: XmlElement, path: readonly string[]): readonly Uint8Array[] {
  const [name, ...rest] = path
  if (name === undefined) return [base64Content(parent)]
  return childrenNamed(parent, XADES, name).flatMap((child) => valuesIn(child, rest))
}
