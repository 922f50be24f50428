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

/** Certificates, lists and answers that may come along as evidence, of each so many: of a signer, and of each archive time stamp. */
export const MAX_EVIDENCE = 64
/**
 * In a copy of our own. What was received may be full to its limit, and every archive time stamp (archive.ts has a limit of
 * its own) brings the path of one more authority, and newer lists.
 */
export const MAX_KEPT_EVIDENCE = 256
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

export interface SignedProperties {
  readonly signingTime: Date | null
  /** node:crypto name ("" = unknown) and digest of the signer's certificate; null when the property is absent. */
  readonly signingCertificate: EvidenceReference | null
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
  return readDigest(onlyChild(cert, XADES, "CertDigest"))
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

/** What came along to verify with. Nothing of it is protected by the signature: each piece must prove itself. */
export interface EvidenceValues {
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  /** OCSPResponse, or BasicOCSPResponse, DER. */
  readonly ocsp: readonly Uint8Array[]
}

/** A digest that CompleteCertificateRefs or CompleteRevocationRefs names. */
export interface EvidenceReference {
  /** node:crypto name, "" = unknown. */
  readonly hash: string
  readonly digest: Uint8Array
}

export const isXades = (element: XmlElement, name: string): boolean => is(element, XADES, name)
export const isXades141 = (element: XmlElement, name: string): boolean => is(element, XADES141, name)

/** The children of UnsignedSignatureProperties of this ds:Signature, in order. */
export function unsignedProperties(signature: XmlElement): readonly XmlElement[] {
  const objects = childrenNamed(signature, DS, "Object")
  return objects
    .flatMap((object) => childrenNamed(object, XADES, "QualifyingProperties"))
    .flatMap((qualifying) => childrenNamed(qualifying, XADES, "UnsignedProperties"))
    .flatMap((unsigned) => childrenNamed(unsigned, XADES, "UnsignedSignatureProperties"))
    .flatMap(childElements)
}

/** Of the signature and of its time stamps: all in one, for each proves itself. Throws Malformed SIGNATURE_STRUCTURE for more than `limit` of a kind. */
export function readEvidenceValues(properties: readonly XmlElement[], limit: number): EvidenceValues {
  const stampData = properties.filter((one) => isXades141(one, "TimeStampValidationData"))
  const holders = [...properties, ...stampData.flatMap(childElements)]
  const values = (path: readonly [string, ...string[]]): readonly Uint8Array[] => {
    const [first, ...rest] = path
    const found = holders.filter((one) => isXades(one, first)).flatMap((one) => valuesIn(one, rest))
    if (found.length > limit) throw malformed("SIGNATURE_STRUCTURE", `more evidence than ${limit}`)
    return distinct(found)
  }
  return {
    certificates: values(["CertificateValues", "EncapsulatedX509Certificate"]),
    crls: values(["RevocationValues", "CRLValues", "EncapsulatedCRLValue"]),
    ocsp: values(["RevocationValues", "OCSPValues", "EncapsulatedOCSPValue"]),
  }
}

function valuesIn(parent: XmlElement, path: readonly string[]): readonly Uint8Array[] {
  const [name, ...rest] = path
  if (name === undefined) return [base64Content(parent)]
  return childrenNamed(parent, XADES, name).flatMap((child) => valuesIn(child, rest))
}

const distinct = (values: readonly Uint8Array[]): readonly Uint8Array[] => [
  ...new Map(values.map((value) => [Buffer.from(value).toString("base64"), value])).values(),
]

/** What CompleteCertificateRefs and CompleteRevocationRefs name; null without both. Throws Malformed SIGNATURE_STRUCTURE for more than `limit`. */
export function readReferences(
  properties: readonly XmlElement[],
  limit: number,
): readonly EvidenceReference[] | null {
  const [certificates] = properties.filter((one) => isXades(one, "CompleteCertificateRefs"))
  const [revocations] = properties.filter((one) => isXades(one, "CompleteRevocationRefs"))
  if (certificates === undefined || revocations === undefined) return null
  const named = [
    ...inPath(certificates, ["CertRefs", "Cert", "CertDigest"]),
    ...inPath(revocations, ["CRLRefs", "CRLRef", "DigestAlgAndValue"]),
    ...inPath(revocations, ["OCSPRefs", "OCSPRef", "DigestAlgAndValue"]),
  ]
  if (named.length > limit) throw malformed("SIGNATURE_STRUCTURE", `more evidence than ${limit} is named`)
  return named.map(readDigest)
}

const inPath = (parent: XmlElement, path: readonly string[]): readonly XmlElement[] =>
  path.reduce<readonly XmlElement[]>(
    (parents, name) => parents.flatMap((one) => childrenNamed(one, XADES, name)),
    [parent],
  )

function readDigest(holder: XmlElement): EvidenceReference {
  const algorithm = requiredAttribute(onlyChild(holder, DS, "DigestMethod"), "Algorithm")
  return { hash: DIGESTS[algorithm] ?? "", digest: base64Content(onlyChild(holder, DS, "DigestValue")) }
}

export interface EncapsulatedStamp {
  readonly canonicalization: string
  readonly token: Uint8Array
}

/** Of any XAdES time stamp. Throws Malformed TIME_STAMP for more than `limit`. */
export function limitedStamps(stamps: readonly XmlElement[], limit: number): readonly XmlElement[] {
  if (stamps.length > limit) throw malformed("TIME_STAMP", "too many time stamps")
  return stamps
}

export function readTimeStamp(stamp: XmlElement): EncapsulatedStamp {
  const [method] = childrenNamed(stamp, DS, "CanonicalizationMethod")
  return {
    // Real e-prescriptions leave the method out and mean inclusive C14N 1.0.
    canonicalization: method === undefined ? C14N : requiredAttribute(method, "Algorithm"),
    token: base64Content(onlyChild(stamp, XADES, "EncapsulatedTimeStamp")),
  }
}
