/** XAdES-T (ETSI EN 319 132-1 §5.3): the time stamp over the signature's value. */
import { DS, EXC_C14N } from "./algorithms.ts"
import { canonical, malformed, onlyChild, requiredAttribute, withDocument } from "./document.ts"
import { base64, element } from "./markup.ts"
import { unsignedProperty, withUnsigned } from "./unsigned.ts"
import { isXades, unsignedProperties } from "./xades-read.ts"

/** What the authority stamps: ds:SignatureValue in canonical form, tags and all. */
export function timeStampInput(xml: Uint8Array, canonicalization: string = EXC_C14N): Uint8Array {
  return withDocument(xml, (root) => canonical(onlyChild(root, DS, "SignatureValue"), canonicalization))
}

/** The document with its SignatureTimeStamp. Throws Malformed TIME_STAMP when it has one already. */
export function withTimeStamp(
  xml: Uint8Array,
  token: Uint8Array,
  canonicalization: string = EXC_C14N,
): Uint8Array {
  const Id = withDocument(xml, (root) => {
    if (unsignedProperties(root).some((one) => isXades(one, "SignatureTimeStamp")))
      throw malformed("TIME_STAMP", "is stamped already")
    return `${requiredAttribute(root, "Id")}-time`
  })
  return withUnsigned(
    xml,
    unsignedProperty("xades:SignatureTimeStamp", { Id }, ...encapsulated(token, canonicalization)),
  )
}

/** Content of every XAdES time stamp: how its input was written, and the token. */
export const encapsulated = (token: Uint8Array, canonicalization: string): readonly string[] => [
  element("ds:CanonicalizationMethod", { Algorithm: canonicalization }),
  element("xades:EncapsulatedTimeStamp", {}, base64(token)),
]

/** Has it a time stamp over its value? Throws Malformed for what is no signature document. */
export const isStamped = (xml: Uint8Array): boolean =>
  withDocument(xml, (root) => unsignedProperties(root).some((one) => isXades(one, "SignatureTimeStamp")))
