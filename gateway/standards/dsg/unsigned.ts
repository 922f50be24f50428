/**
 * Adding to the unsigned properties of a signature (ETSI EN 319 132-1 §4.3), whoever wrote it.
 *
 * Additions are inserted as text before a closing tag, so that no signed octet is written anew; in what withDocument takes
 * `<` is markup wherever it stands. What is inserted declares its own namespaces: a stranger's prefixes may mean anything.
 */
import { DS, XADES, XADES141 } from "./algorithms.ts"
import { malformed } from "./document.ts"
import { element } from "./markup.ts"

const END_OF_UNSIGNED = /<\/(?:[\w.-]+:)?UnsignedSignatureProperties\s*>/g
const END_OF_QUALIFYING = /<\/(?:[\w.-]+:)?QualifyingProperties\s*>/g

/** One unsigned property, to be inserted. */
export const unsignedProperty = (
  name: `xades:${string}` | `xades141:${string}`,
  attributes: Readonly<Record<string, string | undefined>>,
  ...content: readonly string[]
): string =>
  element(
    name,
    {
      "xmlns:ds": DS,
      "xmlns:xades": XADES,
      ...(name.startsWith("xades141:") ? { "xmlns:xades141": XADES141 } : {}),
      ...attributes,
    },
    ...content,
  )

/** The document with these properties after the others. Throws Malformed SIGNATURE_STRUCTURE when there is no one place for them. */
export function withUnsigned(xml: Uint8Array, ...properties: readonly string[]): Uint8Array {
  // latin1: one character per octet, and a tag's own octets are ASCII.
  const text = Buffer.from(xml).toString("latin1")
  const at = placeIn(text, END_OF_UNSIGNED)
  if (at !== null) return inserted(xml, at, properties.join(""))
  const end = placeIn(text, END_OF_QUALIFYING)
  if (end === null) throw malformed("SIGNATURE_STRUCTURE", "no qualifying properties")
  const inner = element("xades:UnsignedSignatureProperties", {}, ...properties)
  return inserted(xml, end, element("xades:UnsignedProperties", { "xmlns:xades": XADES }, inner))
}

function placeIn(text: string, closingTag: RegExp): number | null {
  const [first, ...more] = text.matchAll(closingTag)
  if (more.length > 0) throw malformed("SIGNATURE_STRUCTURE", "more than one place for unsigned properties")
  return first?.index ?? null
}

function inserted(xml: Uint8Array, at: number, addition: string): Uint8Array {
  return Buffer.concat([xml.subarray(0, at), Buffer.from(addition, "utf8"), xml.subarray(at)])
}
