/**
 * Writing XML by escaping, never by gluing text: what goes in as a string comes out as the same string.
 *
 * Two ways to say the same: `xml` for documents whose shape is fixed and reads best as XML, `element` for
 * shapes that are computed. Both give `Markup`; only Markup is copied unescaped.
 */
import { Malformed } from "../malformed.ts"

/** Well-formed XML content, already escaped. Made only by `xml`, `element` and `verbatim`. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** What may stand between tags. Strings are escaped; null, undefined and false leave no trace. */
export type XmlContent = Markup | string | number | false | null | undefined | readonly XmlContent[]

/** Attribute values by qualified name, in writing order. Absent (null, undefined) ones are left out. */
export type XmlAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>

// XML 1.0 (5th ed.) production 2, negated. With the u flag a lone surrogate is a code point of its own.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*(:[A-Za-z_][A-Za-z0-9_.-]*)?$/
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // Written as references because a parser would normalise them (XML 1.0 §2.11, §3.3.3).
  "\r": "&#13;",
  "\n": "&#10;",
  "\t": "&#9;",
}
const escaped = (character: string): string => ESCAPES[character] ?? character

function checked(value: string): string {
  if (FORBIDDEN.test(value))
    throw new Malformed("XML_CHARACTER", "XML 1.0 §2.2", "text holds a character that XML cannot carry")
  return value
}

/** Character data. Throws Malformed XML_CHARACTER for what XML 1.0 cannot carry (NUL, lone surrogates). */
export function escapeText(value: string): string {
  return checked(value).replace(/[&<>\r]/g, escaped)
}

/** The inside of a double-quoted attribute value. Throws as `escapeText`. */
export function escapeAttribute(value: string): string {
  return checked(value).replace(/[&<>"\r\n\t]/g, escaped)
}

/** Markup of our own making or from the canonicaliser, e.g. a finished ds:Signature. Never for outside text. */
export function verbatim(wellFormed: string): Markup {
  return new Markup(wellFormed)
}

function content(value: XmlContent): string {
  if (value === null || value === undefined || value === false) return ""
  if (value instanceof Markup) return value.text
  if (typeof value === "object") return joined(value.map(content))
  return escapeText(String(value))
}

/**
 * Metadata of hundreds of documents are megabytes, and joined at each of ten levels they were copied ten times. Long text
 * is added instead: V8 keeps of it only what it is made of, until whoever wants its octets has it copied once.
 */
function joined(parts: readonly string[]): string {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return length < LONG ? parts.join("") : parts.reduce((text, part) => text + part, "")
}
const LONG = 16_384

function attribute([name, value]: readonly [string, XmlAttributes[string]]): string {
  if (value === null || value === undefined) return ""
  return ` ${checkedName(name)}="${escapeAttribute(String(value))}"`
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new Malformed("XML_NAME", "XML Names §4", `not a qualified name: ${name}`)
  return name
}

/** One element; an empty one is written `<name/>`. `name` is a qualified name of ASCII letters. */
export function element(
  name: string,
  attributes: XmlAttributes = {},
  ...children: readonly XmlContent[]
): Markup {
  const inside = content(children)
  const start = `<${checkedName(name)}${Object.entries(attributes).map(attribute).join("")}`
  return new Markup(inside === "" ? `${start}/>` : `${start}>${inside}</${name}>`)
}

/**
 * Tagged template: `` xml`<a b="${x}">${y}</a>` ``. Values are escaped for both places, so one may stand between
 * tags or inside a double-quoted attribute. The literal parts are ours and taken as they are.
 */
export function xml(literals: TemplateStringsArray, ...values: readonly XmlContent[]): Markup {
  let text = literals[0] ?? ""
  values.forEach((value, index) => {
    text += templateValue(value) + (literals[index + 1] ?? "")
  })
  return new Markup(text)
}

function templateValue(value: XmlContent): string {
  return typeof value === "string" ? escapeAttribute(value) : content(value)
}

/** A whole document in UTF-8 with its declaration, ready for the wire or for a digest. */
export function xmlDocument(root: Markup): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.text}`
}
