/**
 * A DSG signature document as values, everything found by its absolute place (ITI TF-3 5.5, XML Signature 1.1 §4):
 *
 *   ds:Signature = SignedInfo, SignatureValue, KeyInfo, Object{Manifest}?, Object{QualifyingProperties}
 *
 * Both layouts of the references are read: flat in SignedInfo, or in a ds:Manifest that SignedInfo references. What is not
 * signed is not handed out.
 */
import type { XmlElement } from "libxml2-wasm"
import { DS, TYPE_MANIFEST, TYPE_SIGNED_PROPERTIES, XADES } from "./algorithms.ts"
import {
  attribute,
  base64Content,
  canonical,
  childElements,
  childrenNamed,
  is,
  malformed,
  onlyChild,
  requiredAttribute,
  withDocument,
} from "./document.ts"
import {
  type DocumentReference,
  type PartReference,
  isPartReference,
  readDocumentReference,
  readPartReference,
} from "./reference.ts"
import { type DocumentOctets, MAX_ARCHIVE_TIME_STAMPS, archiveStampOctets } from "./archive.ts"
import { referencesStampOctets } from "./named-evidence.ts"
import {
  type EvidenceReference,
  type EvidenceValues,
  type SignedProperties,
  MAX_EVIDENCE,
  isXades,
  isXades141,
  limitedStamps,
  readEvidenceValues,
  readReferences,
  readSignedProperties,
  readTimeStamp,
  unsignedProperties,
} from "./xades-read.ts"

export const MAX_REFERENCES = 4096
const MAX_CERTIFICATES = 16
/** Of each kind but archive time stamps. */
const MAX_TIME_STAMPS = 4

/** A token, and the octets it is to be a stamp of. */
export interface Stamp {
  readonly stamped: Uint8Array
  readonly token: Uint8Array
}

export interface SignatureDocument {
  /** Algorithm URI. */
  readonly signatureMethod: string
  readonly signedInfo: Uint8Array
  readonly signatureValue: Uint8Array
  /** From KeyInfo, in order; never trusted, only searched. */
  readonly certificates: readonly Uint8Array[]
  readonly documents: readonly DocumentReference[]
  /** Digests of KeyInfo, Manifest and SignedProperties all match. */
  readonly partsMatch: boolean
  /** Every hash used by a reference, once. */
  readonly hashes: readonly string[]
  /** Exactly one reference of the right type covers the SignedProperties; else they must not be believed. */
  readonly propertiesSigned: boolean
  readonly properties: SignedProperties
  readonly timeStamps: readonly Stamp[]
  /** Over the first time stamps and the names of the evidence (XAdES-X). */
  readonly referencesStamps: readonly Stamp[]
  /** Oldest first; `stamped` is null when the signed documents themselves are needed and not here. */
  readonly archiveStamps: readonly { readonly stamped: Uint8Array | null; readonly token: Uint8Array }[]
  readonly evidence: EvidenceValues
  /** Digests of the evidence it names (XAdES-C); null when it names none. */
  readonly evidenceNamed: readonly EvidenceReference[] | null
}

/**
 * @param documents clear octets, where an archive time stamp covers them (archive.ts)
 * @param maxEvidence of certificates, lists and answers each; a copy of our own may hold more (`MAX_KEPT_EVIDENCE`)
 * @throws Malformed XML*, DUPLICATE_ID, SIGNATURE_STRUCTURE, REFERENCE_POSITION, TRANSFORM, CANONICALIZATION, UNIQUE_ID, TIME_STAMP
 */
export function readSignatureDocument(
  xml: Uint8Array,
  documents: DocumentOctets = new Map(),
  maxEvidence = MAX_EVIDENCE,
): SignatureDocument {
  return withDocument(xml, (root) => read(locate(root), documents, maxEvidence))
}

interface Places {
  readonly root: XmlElement
  readonly signedInfo: XmlElement
  readonly signatureValue: XmlElement
  readonly keyInfo: XmlElement
  readonly manifest: XmlElement | null
  readonly signedProperties: XmlElement
}

function locate(root: XmlElement): Places {
  if (!is(root, DS, "Signature")) throw malformed("SIGNATURE_STRUCTURE", "the document is not a ds:Signature")
  const [signedInfo, signatureValue, keyInfo, ...objects] = childElements(root)
  if (signedInfo === undefined || signatureValue === undefined || keyInfo === undefined) throw misplaced()
  const inOrder =
    is(signedInfo, DS, "SignedInfo") &&
    is(signatureValue, DS, "SignatureValue") &&
    is(keyInfo, DS, "KeyInfo") &&
    objects.every((object) => is(object, DS, "Object"))
  if (!inOrder) throw misplaced()
  const contents = objects.flatMap(childElements)
  const manifests = contents.filter((content) => is(content, DS, "Manifest"))
  const [qualifyingProperties] = contents.filter((content) => is(content, XADES, "QualifyingProperties"))
  if (
    qualifyingProperties === undefined ||
    contents.length !== manifests.length + 1 ||
    manifests.length > 1
  ) {
    throw malformed(
      "SIGNATURE_STRUCTURE",
      "objects are not one QualifyingProperties and at most one Manifest",
    )
  }
  if (attribute(qualifyingProperties, "Target") !== `#${requiredAttribute(root, "Id")}`) {
    throw malformed("SIGNATURE_STRUCTURE", "QualifyingProperties are of another signature")
  }
  const signedProperties = onlyChild(qualifyingProperties, XADES, "SignedProperties")
  const manifest = manifests[0] ?? null
  return { root, signedInfo, signatureValue, keyInfo, manifest, signedProperties }
}

const misplaced = () => malformed("SIGNATURE_STRUCTURE", "children of ds:Signature")

function read(places: Places, octets: DocumentOctets, maxEvidence: number): SignatureDocument {
  const { signedInfo, signatureValue, signedProperties } = places
  const references = childrenNamed(signedInfo, DS, "Reference")
  const parts = readPartReferences(references, places)
  const documents = readDocuments(references, places, parts)
  const ofProperties = parts.filter(({ part }) => part.isSameNode(signedProperties))
  const properties = unsignedProperties(places.root)
  return {
    signatureMethod: algorithmOf(signedInfo, "SignatureMethod"),
    signedInfo: canonical(signedInfo, algorithmOf(signedInfo, "CanonicalizationMethod")),
    signatureValue: base64Content(signatureValue),
    certificates: readCertificates(places.keyInfo),
    documents,
    partsMatch: parts.every(({ digestMatches }) => digestMatches),
    hashes: [...new Set([...parts, ...documents].map(({ hash }) => hash))],
    propertiesSigned: ofProperties.length === 1 && ofProperties[0]?.type === TYPE_SIGNED_PROPERTIES,
    properties: readSignedProperties(signedProperties),
    ...readStamps(places, properties, octets),
    evidence: readEvidenceValues(properties, maxEvidence),
    evidenceNamed: readReferences(properties, maxEvidence),
  }
}

function readStamps(
  { root, signatureValue }: Places,
  properties: readonly XmlElement[],
  octets: DocumentOctets,
): Pick<SignatureDocument, "timeStamps" | "referencesStamps" | "archiveStamps"> {
  const named = (name: string) => properties.filter((one) => isXades(one, name))
  const archives = properties.filter((one) => isXades141(one, "ArchiveTimeStamp"))
  return {
    timeStamps: limitedStamps(named("SignatureTimeStamp"), MAX_TIME_STAMPS).map((stamp) => {
      const { canonicalization, token } = readTimeStamp(stamp)
      return { token, stamped: canonical(signatureValue, canonicalization) }
    }),
    referencesStamps: limitedStamps(named("SigAndRefsTimeStamp"), MAX_TIME_STAMPS).map((stamp) => {
      const { canonicalization, token } = readTimeStamp(stamp)
      return { token, stamped: referencesStampOctets(root, canonicalization) }
    }),
    archiveStamps: limitedStamps(archives, MAX_ARCHIVE_TIME_STAMPS).map((stamp) => {
      const { canonicalization, token } = readTimeStamp(stamp)
      return { token, stamped: archiveStampOctets(root, stamp, canonicalization, octets) }
    }),
  }
}

function readPartReferences(references: readonly XmlElement[], places: Places): readonly PartReference[] {
  const { keyInfo, manifest, signedProperties } = places
  const targets = [keyInfo, signedProperties, ...(manifest === null ? [] : [manifest])]
  return references.filter(isPartReference).map((reference) => readPartReference(reference, targets))
}

/** The signed references to documents, from whichever layout; never from both. */
function readDocuments(
  references: readonly XmlElement[],
  { manifest }: Places,
  parts: readonly PartReference[],
): readonly DocumentReference[] {
  const flat = references.filter((reference) => !isPartReference(reference))
  if (manifest === null) return limited(flat).map(readDocumentReference)
  const covered = parts.filter(({ part, type }) => part.isSameNode(manifest) && type === TYPE_MANIFEST)
  if (covered.length !== 1) throw malformed("SIGNATURE_STRUCTURE", "the Manifest is not signed as one")
  if (flat.length > 0) throw malformed("SIGNATURE_STRUCTURE", "references in two layouts")
  const entries = childElements(manifest)
  if (!entries.every((entry) => is(entry, DS, "Reference")))
    throw malformed("SIGNATURE_STRUCTURE", "Manifest")
  return limited(entries).map(readDocumentReference)
}

function limited(references: readonly XmlElement[]): readonly XmlElement[] {
  if (references.length > MAX_REFERENCES)
    throw malformed("SIGNATURE_STRUCTURE", `more than ${MAX_REFERENCES} references`)
  return references
}

/** The method's algorithm; parameters (HMACOutputLength, InclusiveNamespaces) are not accepted. */
function algorithmOf(signedInfo: XmlElement, name: string): string {
  const method = onlyChild(signedInfo, DS, name)
  if (childElements(method).length > 0) throw malformed("SIGNATURE_STRUCTURE", `parameters of ${name}`)
  return requiredAttribute(method, "Algorithm")
}

/** A bare ds:KeyValue is passed over like everything in KeyInfo but certificates. */
function readCertificates(keyInfo: XmlElement): readonly Uint8Array[] {
  const certificates = childrenNamed(keyInfo, DS, "X509Data").flatMap((data) =>
    childrenNamed(data, DS, "X509Certificate"),
  )
  if (certificates.length > MAX_CERTIFICATES) throw malformed("SIGNATURE_STRUCTURE", "too many certificates")
  return certificates.map(base64Content)
}
