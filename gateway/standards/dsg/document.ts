/**
 * Parsing a signature document (XML 1.0) so that nothing can hide in it.
 *
 * UTF-8 only, at most MAX_SIGNATURE_LENGTH_BYTES. Of XML we take elements, attributes and text: everything that begins with
 * `<!` (document types, comments, CDATA) or `<?` (instructions) is refused before the parser sees it, so there are no
 * entities to expand and no comments to split a text. Every Id occurs once.
 */
import { ParseOption, XmlC14NMode, XmlDocument, type XmlElement, XmlElement as Element } from "libxml2-wasm"
import { Malformed } from "../malformed.ts"
import { C14N, C14N_11, EXC_C14N } from "./algorithms.ts"

/** 4,096 references are 2.5 MB. */
export const MAX_SIGNATURE_LENGTH_BYTES = 8 << 20
const DECLARATION =
  /^\uFEFF?<\?xml version=["']1\.0["']( encoding=["']utf-8["'])?( standalone=["'](yes|no)["'])?\s*\?>/i
const ANY_ID = "//@*[local-name()='Id' or local-name()='ID' or local-name()='id']"

/** Parses, gives the root element to `use`, and frees the tree. Throws Malformed XML, XML_FORBIDDEN or DUPLICATE_ID. */
export function withDocument<Result>(xml: Uint8Array, use: (root: XmlElement) => Result): Result {
  const document = parse(plainText(xml))
  try {
    refuseDuplicateIds(document)
    return use(document.root)
  } finally {
    document.dispose()
  }
}

function plainText(xml: Uint8Array): string {
  if (xml.length > MAX_SIGNATURE_LENGTH_BYTES) throw malformed("XML", "longer than 8 MiB")
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(xml)
  } catch (cause) {
    throw malformed("XML", "not UTF-8", cause)
  }
  const body = text.replace(DECLARATION, "")
  if (/<[!?]/.test(body)) throw malformed("XML_FORBIDDEN", "document type, comment, CDATA or instruction")
  return body
}

function parse(text: string): XmlDocument {
  try {
    return XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NO_XXE })
  } catch (cause) {
    throw malformed("XML", "not well-formed", cause)
  }
}

function refuseDuplicateIds(document: XmlDocument): void {
  const ids = document.root.find(ANY_ID).map(({ content }) => content)
  if (new Set(ids).size < ids.length) throw malformed("DUPLICATE_ID", "an Id occurs twice")
}

/** Comments are refused above, so "with comments" gives the same octets; DSG names that variant. */
const MODES: Readonly<Record<string, (typeof XmlC14NMode)[keyof typeof XmlC14NMode]>> = {
  [C14N]: XmlC14NMode.XML_C14N_1_0,
  [`${C14N}#WithComments`]: XmlC14NMode.XML_C14N_1_0,
  [EXC_C14N]: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
  [`${EXC_C14N}WithComments`]: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
  [C14N_11]: XmlC14NMode.XML_C14N_1_1,
  [`${C14N_11}#WithComments`]: XmlC14NMode.XML_C14N_1_1,
}

/** Canonical octets of an element in its document. Throws Malformed CANONICALIZATION for any other algorithm. */
export function canonical(element: XmlElement, algorithm: string): Uint8Array {
  const mode = Object.hasOwn(MODES, algorithm) ? MODES[algorithm] : undefined
  if (mode === undefined) throw malformed("CANONICALIZATION", `algorithm ${algorithm}`)
  try {
    return Buffer.from(element.canonicalizeToString({ mode }), "utf8")
  } catch (cause) {
    throw malformed("CANONICALIZATION", "cannot be canonicalised", cause)
  }
}

/** Several in a row, each over what the one before wrote (XML Signature 1.1 §4.4.3.2). */
export function canonicalInTurn(element: XmlElement, algorithms: readonly string[]): Uint8Array {
  const [first = C14N, ...rest] = algorithms
  return rest.reduce(
    (octets, algorithm) => withDocument(octets, (root) => canonical(root, algorithm)),
    canonical(element, first),
  )
}

export const isCanonicalization = (algorithm: string): boolean => Object.hasOwn(MODES, algorithm)

/** Child elements, in order; text between them must be white space. */
export function childElements(parent: XmlElement): readonly XmlElement[] {
  const children: XmlElement[] = []
  for (let node = parent.firstChild; node !== null; node = node.next) {
    if (node instanceof Element) children.push(node)
    else if (node.content.trim() !== "") throw malformed("XML", `text inside ${parent.name}`)
  }
  return children
}

/** Is it this element of this namespace? */
export const is = (element: XmlElement | undefined, namespace: string, name: string): boolean =>
  element?.name === name && element.namespaceUri === namespace

/** Child elements with this name. */
export const childrenNamed = (parent: XmlElement, namespace: string, name: string): readonly XmlElement[] =>
  childElements(parent).filter((child) => is(child, namespace, name))

/** The one child element with this name. Throws Malformed SIGNATURE_STRUCTURE when there is none, or more. */
export function onlyChild(parent: XmlElement, namespace: string, name: string): XmlElement {
  const [child, ...more] = childrenNamed(parent, namespace, name)
  if (child === undefined || more.length > 0) {
    throw malformed("SIGNATURE_STRUCTURE", `not exactly one ${name} in ${parent.name}`)
  }
  return child
}

/** Unqualified attribute, null when absent. */
export const attribute = (element: XmlElement, name: string): string | null =>
  element.attr(name)?.value ?? null

export function requiredAttribute(element: XmlElement, name: string): string {
  const value = attribute(element, name)
  if (value === null) throw malformed("SIGNATURE_STRUCTURE", `${element.name} without ${name}`)
  return value
}

/** Text of an element that has no child elements. */
export function textContent(element: XmlElement): string {
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (node instanceof Element) throw malformed("SIGNATURE_STRUCTURE", `elements inside ${element.name}`)
  }
  return element.content
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

export function base64Content(element: XmlElement): Uint8Array {
  const text = textContent(element).replace(/\s/g, "")
  if (!BASE64.test(text) || text.length % 4 !== 0)
    throw malformed("SIGNATURE_STRUCTURE", `${element.name} is not base64`)
  return Buffer.from(text, "base64")
}

export const malformed = (code: string, message: string, cause?: unknown): Malformed =>
  new Malformed(code, "ITI TF-3 5.5.2", message, { cause })
