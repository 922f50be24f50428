/**
 * XAdES-T and -X-L (ETSI EN 319 132-1 §5.3, §5.4): what is added to a signature document afterwards.
 *
 * Additions are inserted as text before a closing tag, so that no signed octet is written anew.
 */
import { DS, EXC_C14N } from "./algorithms.ts"
import { canonical, malformed, onlyChild, withDocument } from "./document.ts"
import { base64, element } from "./markup.ts"

const END_OF_QUALIFYING = "</xades:QualifyingProperties>"
const END_OF_UNSIGNED = "</xades:UnsignedSignatureProperties>"

/** What the authority stamps: exc-C14N of ds:SignatureValue, tags and all. */
export function timeStampInput(xml: Uint8Array): Uint8Array {
  return withDocument(xml, (root) => canonical(onlyChild(root, DS, "SignatureValue"), EXC_C14N))
}

/** The document with its SignatureTimeStamp. Throws Malformed TIME_STAMP when it has unsigned properties already. */
export function withTimeStamp(xml: Uint8Array, token: Uint8Array): Uint8Array {
  const stamp = element(
    "xades:SignatureTimeStamp",
    {},
    element("ds:CanonicalizationMethod", { Algorithm: EXC_C14N }),
    element("xades:EncapsulatedTimeStamp", {}, base64(token)),
  )
  const unsigned = element(
    "xades:UnsignedProperties",
    {},
    element("xades:UnsignedSignatureProperties", {}, stamp),
  )
  if (Buffer.from(xml).includes(END_OF_UNSIGNED)) throw malformed("TIME_STAMP", "is stamped already")
  return insertBefore(xml, END_OF_QUALIFYING, unsigned)
}

/** The document with the evidence a verifier needs later: certificates and CRLs of signer and authority. */
export function withValidationData(
  xml: Uint8Array,
  evidence: { readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] },
): Uint8Array {
  const certificates = evidence.certificates.map((one) =>
    element("xades:EncapsulatedX509Certificate", {}, base64(one)),
  )
  const crls = evidence.crls.map((one) => element("xades:EncapsulatedCRLValue", {}, base64(one)))
  const values =
    element("xades:CertificateValues", {}, ...certificates) +
    element("xades:RevocationValues", {}, element("xades:CRLValues", {}, ...crls))
  return insertBefore(xml, END_OF_UNSIGNED, values)
}

function insertBefore(xml: Uint8Array, closingTag: string, addition: string): Uint8Array {
  const octets = Buffer.from(xml)
  const at = octets.indexOf(closingTag)
  if (at < 0 || octets.indexOf(closingTag, at + 1) >= 0)
    throw malformed("TIME_STAMP", `not exactly one ${closingTag}`)
  return Buffer.concat([octets.subarray(0, at), Buffer.from(addition, "utf8"), octets.subarray(at)])
}
