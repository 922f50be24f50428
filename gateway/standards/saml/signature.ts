/**
 * The enveloped signature of one assertion (SAML core 5.4; XML Signature 1.1), checked so that nothing else can be signed.
 *
 * It must be a child of the assertion, have one reference, to the assertion's own ID, and the two transforms SAML names. What
 * is given back are the octets that were digested: whoever reads the assertion reads them and nothing beside them, so an
 * assertion that was moved, wrapped or put beside another is never read.
 */
import { createHash } from "node:crypto"
import { XmlC14NMode, type XmlElement } from "libxml2-wasm"
import { DIGESTS, DS, EXC_C14N, SIGNATURE_METHODS } from "../dsg/algorithms.ts"
import {
  attribute,
  base64Content,
  childElements,
  childrenNamed,
  is,
  onlyChild,
  requiredAttribute,
} from "../dsg/document.ts"
import { signatureValueChecks } from "../dsg/signature-value.ts"
import { Malformed } from "../malformed.ts"

export const ENVELOPED_SIGNATURE = `${DS}enveloped-signature`
const MAX_CERTIFICATES = 8
const ANY_SIGNATURE = `.//*[local-name()='Signature' and namespace-uri()='${DS}']`

export interface SignedOctets {
  /** The assertion without its signature, canonical: what the digest is of. */
  readonly octets: Uint8Array
  /** Certificates that came with it, DER; they help to find the key and are believed in nothing. */
  readonly certificates: readonly Uint8Array[]
  /** Does the signature hold under this key? */
  readonly holdsUnder: (spki: Uint8Array) => boolean
}

/**
 * @param assertion its signature is taken out of the tree
 * @throws Malformed ASSERTION_SIGNATURE for what it is not made of as SAML wants it, ASSERTION_DIGEST when it was changed
 */
export function takeSignature(assertion: XmlElement): SignedOctets {
  const signature = onlyChild(assertion, DS, "Signature")
  const signedInfo = onlyChild(signature, DS, "SignedInfo")
  const method = requiredAttribute(onlyChild(signedInfo, DS, "SignatureMethod"), "Algorithm")
  if (SIGNATURE_METHODS[method]?.hash === "sha1") throw refused(`${method} is not accepted`)
  const reference = onlyChild(signedInfo, DS, "Reference")
  if (requiredAttribute(reference, "URI") !== `#${requiredAttribute(assertion, "ID")}`)
    throw refused("the signature is over something else than the assertion it stands in")
  const signed = exclusive(onlyChild(signedInfo, DS, "CanonicalizationMethod"))(signedInfo)
  const value = base64Content(onlyChild(signature, DS, "SignatureValue"))
  const certificates = certificatesIn(signature)
  const digestOf = digestMethod(reference)
  const wanted = base64Content(onlyChild(reference, DS, "DigestValue"))
  const canonicalize = exclusive(transformOf(reference))
  // From here on nothing of the signature can be read: it is out of the tree, and freed.
  signature.remove()
  if (assertion.find(ANY_SIGNATURE).length > 0) throw refused("a second signature")
  const octets = canonicalize(assertion)
  if (!createHash(digestOf).update(octets).digest().equals(wanted))
    throw new Malformed("ASSERTION_DIGEST", "SAML core 5.4", "the assertion is not what was signed")
  return { octets, certificates, holdsUnder: (spki) => signatureValueChecks(method, spki, signed, value) }
}

const refused = (why: string): Malformed => new Malformed("ASSERTION_SIGNATURE", "SAML core 5.4", why)

function digestMethod(reference: XmlElement): string {
  const algorithm = requiredAttribute(onlyChild(reference, DS, "DigestMethod"), "Algorithm")
  const name = DIGESTS[algorithm]
  if (name === undefined || name === "sha1") throw refused(`${algorithm} is not accepted`)
  return name
}

/** SAML core 5.4.4: enveloped signature, then exclusive canonicalisation; no others. */
function transformOf(reference: XmlElement): XmlElement {
  const transforms = childElements(onlyChild(reference, DS, "Transforms"))
  const [enveloped, canonicalization] = transforms
  const isAsAgreed =
    transforms.length === 2 &&
    is(enveloped, DS, "Transform") &&
    enveloped !== undefined &&
    attribute(enveloped, "Algorithm") === ENVELOPED_SIGNATURE &&
    childElements(enveloped).length === 0 &&
    is(canonicalization, DS, "Transform")
  if (!isAsAgreed || canonicalization === undefined) throw refused("other transforms than the two of SAML")
  return canonicalization
}

/** How an element says that one is canonicalised: exclusively, with its InclusiveNamespaces if there are any. */
function exclusive(method: XmlElement): (element: XmlElement) => Uint8Array {
  if (requiredAttribute(method, "Algorithm") !== EXC_C14N) throw refused("another canonicalisation")
  const [inclusive, ...others] = childElements(method)
  if (others.length > 0 || (inclusive !== undefined && !is(inclusive, EXC_C14N, "InclusiveNamespaces")))
    throw refused("a canonicalisation with other parameters")
  const prefixes = inclusive === undefined ? "" : (attribute(inclusive, "PrefixList") ?? "")
  const inclusiveNamespacePrefixes = prefixes.split(/\s+/).filter((each) => each !== "")
  const mode = XmlC14NMode.XML_C14N_EXCLUSIVE_1_0
  return (element) => Buffer.from(element.canonicalizeToString({ mode, inclusiveNamespacePrefixes }), "utf8")
}

function certificatesIn(signature: XmlElement): readonly Uint8Array[] {
  const data = childrenNamed(signature, DS, "KeyInfo").flatMap((info) => childrenNamed(info, DS, "X509Data"))
  const certificates = data.flatMap((each) => childrenNamed(each, DS, "X509Certificate"))
  if (certificates.length > MAX_CERTIFICATES) throw refused("too many certificates")
  return certificates.map(base64Content)
}
