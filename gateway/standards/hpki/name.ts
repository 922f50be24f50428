/** Distinguished names (X.501, RFC 5280 §4.1.2.4). Two names are the same when their octets are: CAs copy, they do not retype. */
import { DerParts, TAG, type Der, childrenOf } from "../cms/der.ts"
import { oidOf, textOf } from "../cms/der-values.ts"

export interface Name {
  readonly encoded: Uint8Array
  readonly attributes: readonly { readonly type: string; readonly value: string }[]
  /** RFC 4514 order reversed: as certificates are read aloud, `C=JP, O=…, CN=…`. */
  readonly text: string
}

/** Attribute types HPKI uses; others are printed by OID. */
export const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.42": "GN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
}

export function readName(value: Der): Name {
  const attributes = childrenOf(value).flatMap((rdn) =>
    new DerParts(rdn, "RelativeDistinguishedName", TAG.set).rest().map(readAttribute),
  )
  const text = attributes.map(({ type, value: text }) => `${type}=${text}`).join(", ")
  return { encoded: value.encoded, attributes, text }
}

function readAttribute(value: Der): { type: string; value: string } {
  const parts = new DerParts(value, "AttributeTypeAndValue")
  const type = oidOf(parts.take())
  const text = textOf(parts.take())
  parts.end()
  return { type: ATTRIBUTE_TYPES[type] ?? type, value: text }
}

/** RFC 4514: the most specific first, separated by commas. */
export const distinguishedName = ({ attributes }: Name): string =>
  attributes
    .toReversed()
    .map(({ type, value }) => `${type}=${value.replace(/[",+;<>\\]|^[ #]| $/g, "\\$&")}`)
    .join(",")

/** First value of an attribute type such as `CN`; "" when absent. */
export const attributeOf = (name: Name, type: string): string =>
  name.attributes.find((attribute) => attribute.type === type)?.value ?? ""

export const sameName = (a: Name, b: Name): boolean => Buffer.compare(a.encoded, b.encoded) === 0
