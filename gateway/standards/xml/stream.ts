/**
 * The one door to the XML parser: saxes behind limits, events out.
 *
 * Refused at the place where they are seen: DOCTYPE (hence every entity of one's own), nesting, attributes, names,
 * texts and totals over the limits, wrong bytes, unbound prefixes, any version but 1.0. Nothing is ever fetched.
 */
import { SaxesParser } from "saxes"
import { Malformed } from "../malformed.ts"
import { declarationAgrees, XmlDecoder } from "./decode.ts"
import type { WrittenAttributes } from "./fragment.ts"
import type { XmlLimits } from "./limits.ts"

/** A start tag. Attributes by local name, or by `{namespace}local` when they have a namespace. */
export interface XmlTag {
  /** As written, with prefix. */
  readonly name: string
  readonly namespace: string
  readonly local: string
  readonly attributes: ReadonlyMap<string, string>
}

export interface XmlHandler {
  /** "stream": the text that follows directly is handed out in pieces as it comes and does not count for the limits
   *  (inline base64). Such text must not hold references. `written`: for who must write it again as it was. */
  open(tag: XmlTag, written: WrittenAttributes): "stream" | undefined
  text(text: string): void
  close(): void
}

/** `xml:` namespace, fixed by XML Names §3. */
export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
const EMPTY_COMMENT = "<!---->"
const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/"

/** Push parser: `write` pieces cut anywhere, then `end`. Every error is Malformed; the parser is of no use afterwards. */
export class XmlStream {
  readonly #limits: XmlLimits
  readonly #handler: XmlHandler
  readonly #decoder = new XmlDecoder()
  readonly #parser = new SaxesParser({ xmlns: true, position: false })
  #length = 0
  #elements = 0
  #depth = 0
  #attributes = 0
  /** What the parser is given at the moment, and how much it was given before. */
  #piece = ""
  #parsed = 0
  /** The next characters are text of a `stream` element: it is passed by the parser until the next markup. */
  #streaming = false
  /** The next text event is of such an element. */
  #streamedText = false

  constructor(limits: XmlLimits, handler: XmlHandler) {
    this.#limits = limits
    this.#handler = handler
    this.#wire()
  }

  write(bytes: Uint8Array): void {
    this.#feed(this.#decoder.write(bytes))
  }

  end(): void {
    this.#feed(this.#decoder.end())
    this.#parser.close()
  }

  #feed(characters: string): void {
    const from = this.#streaming ? indexOrEnd(characters, "<", 0) : 0
    if (from > 0) this.#passThrough(characters.slice(0, from))
    if (from === characters.length) return
    this.#streaming = false
    this.#parse(from === 0 ? characters : characters.slice(from))
  }

  #parse(characters: string): void {
    this.#length += characters.length
    this.#limit(this.#length <= this.#limits.maxLength, "XML_TOO_LONG", "message")
    this.#piece = characters
    this.#parser.write(characters)
    this.#parsed += characters.length
    // saxes keeps a text until its end; a comment makes it give away what it holds of a streamed one.
    if (this.#streaming) {
      this.#parser.write(EMPTY_COMMENT)
      this.#parsed += EMPTY_COMMENT.length
    }
  }

  /** Text of a streamed element, past the parser. */
  #passThrough(text: string): void {
    checkReferences(text)
    this.#handler.text(text)
  }

  /** A streamed element was opened at the parser's position: its text here, and whether it goes on in the next piece. */
  #beginStreaming(): void {
    const from = this.#parser.position - this.#parsed
    const until = indexOrEnd(this.#piece, "<", from)
    checkReferences(this.#piece.slice(from, until))
    this.#length -= until - from
    this.#streaming = until === this.#piece.length
    this.#streamedText = true
  }

  #wire(): void {
    const parser = this.#parser
    parser.on("doctype", () => {
      throw new Malformed("XML_DOCTYPE", "SOAP 1.2 part 1 §5", "a document type declaration is not allowed")
    })
    parser.on("error", (cause) => {
      throw new Malformed("XML_NOT_WELL_FORMED", "XML 1.0 §2.1", cause.message, { cause })
    })
    parser.on("xmldecl", ({ version, encoding }) => {
      checkVersion(version)
      this.#checkEncoding(encoding)
    })
    parser.on("opentagstart", (tag) => {
      this.#checkTag(tag.name)
      checkLocalName(tag.name)
    })
    parser.on("attribute", (attribute) => {
      this.#checkAttribute(attribute.name, attribute.value)
      checkLocalName(attribute.name)
    })
    parser.on("opentag", (tag) => this.#open(tag))
    parser.on("closetag", () => {
      this.#depth -= 1
      this.#streamedText = false
      this.#handler.close()
    })
    parser.on("text", (text) => this.#text(text))
    parser.on("cdata", (text) => this.#text(text))
  }

  #checkEncoding(declared: string | undefined): void {
    if (declared !== undefined && !declarationAgrees(declared, this.#decoder.encoding))
      throw new Malformed("XML_ENCODING", "XML 1.0 §4.3.3", "the declared encoding is not that of the bytes")
  }

  #checkTag(name: string): void {
    this.#depth += 1
    this.#elements += 1
    this.#attributes = 0
    const { maxDepth, maxElements, maxNameLength } = this.#limits
    this.#limit(this.#depth <= maxDepth, "XML_TOO_DEEP", "nesting")
    this.#limit(this.#elements <= maxElements, "XML_TOO_MANY_ELEMENTS", "number of elements")
    this.#limit(name.length <= maxNameLength, "XML_NAME_TOO_LONG", "element name")
  }

  #checkAttribute(name: string, value: string): void {
    this.#attributes += 1
    const { maxAttributes, maxNameLength, maxTextLength } = this.#limits
    this.#limit(this.#attributes <= maxAttributes, "XML_TOO_MANY_ATTRIBUTES", "number of attributes")
    this.#limit(name.length <= maxNameLength, "XML_NAME_TOO_LONG", "attribute name")
    this.#limit(value.length <= maxTextLength, "XML_TEXT_TOO_LONG", "attribute value")
  }

  #open(tag: SaxesOpenTag): void {
    const attributes = new Map<string, string>()
    for (const { uri, local, value } of Object.values(tag.attributes))
      if (uri !== XMLNS_NAMESPACE) attributes.set(uri === "" ? local : `{${uri}}${local}`, value)
    const { name, uri: namespace, local } = tag
    const next = this.#handler.open({ name, namespace, local, attributes }, tag.attributes)
    this.#streamedText = false
    if (next === "stream" && !tag.isSelfClosing) this.#beginStreaming()
  }

  #text(text: string): void {
    this.#limit(this.#streamedText || text.length <= this.#limits.maxTextLength, "XML_TEXT_TOO_LONG", "text")
    this.#streamedText = false
    // White space around the root element is reported too, by a rule of XML that means nothing to us.
    if (this.#depth > 0) this.#handler.text(text)
  }

  #limit(held: boolean, code: string, what: string): void {
    if (!held) throw new Malformed(code, "limit of this message kind", `${what} over the limit`)
  }
}

interface SaxesOpenTag {
  readonly name: string
  readonly uri: string
  readonly local: string
  readonly isSelfClosing: boolean
  readonly attributes: Readonly<
    Record<string, { readonly uri: string; readonly local: string; readonly value: string }>
  >
}

/** NameStartChar without the colon (XML 1.0 production 4). */
const NAME_START =
  /^[A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]/u

/** saxes looks at the beginning of the prefix only. */
function checkLocalName(name: string): void {
  const colon = name.indexOf(":")
  if (colon >= 0 && !NAME_START.test(name.slice(colon + 1)))
    throw new Malformed("XML_NOT_WELL_FORMED", "XML Names §4", "a local name begins with what begins no name")
}

/** By another one other characters are line ends and allowed: what was signed by 1.0 could be read by 1.1. */
function checkVersion(declared: string | undefined): void {
  if (declared !== undefined && declared !== "1.0")
    throw new Malformed("XML_VERSION", "XML 1.0 §2.8", "only XML 1.0 is read")
}

/** References would be decoded in one place and not in the other. */
function checkReferences(text: string): void {
  if (text.includes("&"))
    throw new Malformed("XML_REFERENCE_IN_OCTETS", "RFC 4648 §4", "streamed text holds a reference")
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from)
  return at === -1 ? text.length : at
}
